function isHttpUrl(written: string): boolean {
  return URL.canParse(written) && /^https?:$/.test(new URL(written).protocol);
}

function holdsLogin(written: string): boolean {
  const { username, password } = new URL(written);
  return username !== '' || password !== '';
}

/** An http or https URL. One with a login in it is refused, because addresses are told in logs and answers. */
export const urlRule = {
  accepts: (written: string): boolean => isHttpUrl(written) && !holdsLogin(written),
  expected: 'an http or https URL without a user or password',
  /** Whatever stands around an @ may be a password. */
  hides: (written: string): boolean => written.includes('@'),
};

export const hiddenUrl = 'a text with an @, which is not shown because it may hold a password';
