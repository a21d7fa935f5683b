// The ceremonies of passkeys: the server says what is wanted, the browser asks its person, the server judges.
import { type AuthResult, askForNewPasskey, askForPasskey, keepPasskey, signInByPasskey } from './auth.ts';

/** Whether this browser knows passkeys in the form in which they are asked for here. */
export const knowsPasskeys =
  'PublicKeyCredential' in globalThis && 'parseCreationOptionsFromJSON' in PublicKeyCredential;

const broken = {
  ok: false,
  code: 'portal.no-passkey',
  title: 'No passkey was used.',
  action: 'Try again when you did not mean to stop. If your device offers none, sign in in another way.',
} as const;

/** Runs the browser's own dialog; what it throws when somebody closes it, or has no passkey, are all one answer here. */
async function ceremony(work: () => Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await work();
    return credential instanceof PublicKeyCredential ? credential.toJSON() : undefined;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Makes a passkey and keeps it; with a link's token the link is taken by it, and one is signed in then. */
export async function makePasskey(name: string, token?: string): Promise<AuthResult<unknown>> {
  const asked = await askForNewPasskey(token);
  if (!asked.ok) return asked;
  const options = asked.value as unknown as PublicKeyCredentialCreationOptionsJSON;
  const made = await ceremony(() =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  );
  return made === undefined ? broken : keepPasskey(made, name, token !== undefined);
}

export async function signInWithPasskey(): Promise<AuthResult<unknown>> {
  const asked = await askForPasskey();
  if (!asked.ok) return asked;
  // the person must be verified, else the passkey would be one step and is refused
  const options = {
    ...asked.value,
    userVerification: 'required',
  } as unknown as PublicKeyCredentialRequestOptionsJSON;
  const used = await ceremony(() =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  );
  return used === undefined ? broken : signInByPasskey(used);
}
