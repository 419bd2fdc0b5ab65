/** 32-bit FNV-1a of the UTF-8 bytes of a text (draft-eastlake-fnv), as an unsigned number. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A text that is safe in names and labels: Kubernetes' SafeEncodeString (apimachinery v0.34, util/rand). */
export function safeEncode(text: string): string {
  return Array.from(text, (character) => alphabet[character.charCodeAt(0) % alphabet.length]).join('');
}
