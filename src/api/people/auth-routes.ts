import type { z } from 'zod';
import {
  ChangePassword,
  ConfirmByPassword,
  Nothing,
  RequestReset,
  ResetPassword,
  SecondFactorBegun,
  SignIn,
  SignInAnswer,
  SignInSocial,
  VerifyCode,
} from '../../contracts/people.ts';

/** The ways of better-auth that are open, and what each is in the audit log; all others are not there. */
export type AuthRoute = {
  readonly path: string;
  readonly summary: string;
  readonly body: z.ZodType<object>;
  readonly answer?: z.ZodType;
  /** null: not by itself worth an entry. */
  readonly what: string | null;
  /** In which field a password is that may be wrong. */
  readonly passwordField: 'password' | 'currentPassword';
  /** Only for who has signed in. */
  readonly needsSession: boolean;
};

const route = (
  path: string,
  summary: string,
  body: z.ZodType<object>,
  rest: Partial<Omit<AuthRoute, 'path' | 'summary' | 'body'>> = {},
): AuthRoute => ({ path, summary, body, what: null, passwordField: 'password', needsSession: false, ...rest });

const session = { needsSession: true } as const;

export const AUTH_ROUTES: readonly AuthRoute[] = [
  route('/sign-in/email', 'Sign in with e-mail address and password; a second factor may be asked for', SignIn, {
    what: 'person.sign_in',
    answer: SignInAnswer,
  }),
  route('/sign-in/social', 'Begin to sign in by OpenID Connect: the address to go to', SignInSocial),
  route('/sign-out', 'End the session', Nothing, { what: 'person.sign_out' }),
  route('/change-password', 'Change the password; ends all other sessions', ChangePassword, {
    ...session,
    what: 'person.password_change',
    passwordField: 'currentPassword',
  }),
  route('/request-password-reset', 'Ask for a mail with a link to set a new password', RequestReset, {
    what: 'person.password_reset_request',
  }),
  route('/reset-password', 'Set a new password with the token of the mail; ends all sessions', ResetPassword, {
    what: 'person.password_reset',
  }),
  route('/two-factor/enable', 'Begin a second factor: its secret, and backup codes', ConfirmByPassword, {
    ...session,
    answer: SecondFactorBegun,
    what: 'person.second_factor_begin',
  }),
  route('/two-factor/verify-totp', 'The code of the second factor: to sign in, or to turn it on', VerifyCode, {
    what: 'person.second_factor',
  }),
  route('/two-factor/verify-backup-code', 'A backup code instead of the second factor', VerifyCode, {
    what: 'person.second_factor',
  }),
  route('/two-factor/generate-backup-codes', 'New backup codes; the old ones work no more', ConfirmByPassword, {
    ...session,
    what: 'person.backup_codes',
  }),
  route('/two-factor/disable', 'Turn the second factor off', ConfirmByPassword, {
    ...session,
    what: 'person.second_factor_off',
  }),
];
