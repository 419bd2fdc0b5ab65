import { describe, expect, it } from 'vitest';
import { iamGrant } from '../../../src/registry/ecr/iam.ts';
import { refusalOf } from '../../../src/registry/refusal.ts';

const arn = 'arn:aws:ecr:eu-west-1:123456789012:repository/team/shop';
const said = (action: string, on = ` on resource: ${arn}`) =>
  `User: arn:aws:sts::123456789012:assumed-role/windlass-prod-eu-west-1-service-account/i-0123456789abcdef0 is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`;

describe('what a policy must allow', () => {
  it.each([
    [said('ecr:BatchGetImage'), `the IAM policy must allow ecr:BatchGetImage on ${arn}`],
    [said('ecr:GetAuthorizationToken', ' on resource: *'), 'the IAM policy must allow ecr:GetAuthorizationToken on *'],
    [said('sts:AssumeRoleWithWebIdentity', ''), 'the IAM policy must allow sts:AssumeRoleWithWebIdentity'],
    ['no', undefined],
  ])('%s', (sentence, expected) => expect(iamGrant(sentence)).toBe(expected));

  it('the registry denies in the same words: the action is named, however long the role is', () => {
    const url = new URL('https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/team/shop/manifests/1');
    const { signal } = new AbortController();
    const question = {
      method: 'GET',
      url,
      accept: '*/*',
      repository: 'team/shop',
      trying: 'read manifest 1',
      maxBytes: 1,
      signal,
    } as const;
    const body = Buffer.from(JSON.stringify({ errors: [{ code: 'DENIED', message: said('ecr:BatchGetImage') }] }));
    const failure = refusalOf(question, { status: 403, headers: {}, body, url }, 0);
    expect(failure).toMatchObject({ code: 'forbidden' });
    expect(failure.message).toContain(`; the IAM policy must allow ecr:BatchGetImage on ${arn}`);
  });
});
