import { createHash } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';

/** Texts that are kept in the database for a while and that whoever reads the database must not have, such as links to sign in. */

const keyOf = (secret: string): Uint8Array => createHash('sha256').update(`sealed ${secret}`).digest();

/** Sealed with the first secret. */
export async function seal(secrets: readonly string[], text: string): Promise<string> {
  const [secret] = secrets;
  if (secret === undefined) throw new Error('there is no secret to seal with');
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(keyOf(secret));
}

/** Opened with whichever of the secrets sealed it; throws when none did. */
export async function unseal(secrets: readonly string[], sealed: string): Promise<string> {
  for (const secret of secrets) {
    try {
      return new TextDecoder().decode((await compactDecrypt(sealed, keyOf(secret))).plaintext);
    } catch (error) {
      if (!(error instanceof errors.JWEDecryptionFailed)) throw error;
    }
  }
  throw new Error('none of AUTH_SECRETS opens this text; was it sealed with one that is taken away?');
}
