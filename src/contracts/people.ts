import { z } from 'zod';
import { ROLES } from '../domain/order.ts';
import { PERSON_ROLES, SCOPES } from '../domain/permissions.ts';
import { PageQuery } from './orders.ts';
import { text } from './text.ts';

/** People, invitations, API keys, and signing in. */

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;

/** Of a password that is to be set; one that is only compared may be anything. */
const newPassword = z
  .string()
  .min(SHORTEST_PASSWORD, `must have at least ${SHORTEST_PASSWORD} characters`)
  .max(LONGEST_PASSWORD, `must have at most ${LONGEST_PASSWORD} characters`);
const password = z.string().max(LONGEST_PASSWORD);
const email = z.email().max(254).toLowerCase();
const code = z.string().min(1).max(64);
/** A path of our own pages: where the browser is sent afterwards. */
const ownPath = z
  .string()
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'must be a path of this site, such as /orders')
  .max(500);

export const SignIn = z.strictObject({ email, password, rememberMe: z.boolean().default(true) });
export const SignInSocial = z.strictObject({
  provider: z.literal('oidc'),
  callbackURL: ownPath.default('/'),
  errorCallbackURL: ownPath.default('/'),
});
export const Nothing = z.strictObject({});
export const ChangePassword = z.strictObject({ currentPassword: password, newPassword });
export const RequestReset = z.strictObject({ email });
export const ResetPassword = z.strictObject({ token: z.string().max(200), newPassword });
export const ConfirmByPassword = z.strictObject({ password });
export const VerifyCode = z.strictObject({ code, trustDevice: z.boolean().default(false) });
export const SignInMethods = z
  .object({ password: z.literal(true), oidc: z.object({ name: z.string() }).nullable() })
  .meta({ id: 'SignInMethods' });
export type SignInMethods = z.infer<typeof SignInMethods>;
export const SignedInPerson = z.object({ id: z.string(), name: z.string(), email: z.string() });
export const SignInAnswer = z.union([
  z.object({ user: SignedInPerson }),
  z.object({ twoFactorRedirect: z.literal(true), twoFactorMethods: z.array(z.string()) }),
]);
export const SecondFactorBegun = z.object({
  totpURI: z.string().meta({ example: 'otpauth://totp/…' }),
  backupCodes: z.array(z.string()),
});

export const AcceptInvitation = z.strictObject({
  token: z.string().max(200),
  name: text().min(1).max(200),
  password: newPassword,
});

const scope = z.enum(['*', ...SCOPES]);
const scopes = z.array(scope).max(SCOPES.length).default([]);
const seller = text().min(1).max(100).nullable().default(null);

export const Invite = z.strictObject({
  email,
  role: z.enum(PERSON_ROLES),
  scopes,
  seller,
  locale: z.string().min(2).max(35).default('en'),
});
export type Invite = z.infer<typeof Invite>;

export const PatchPerson = z
  .strictObject({
    role: z.enum(PERSON_ROLES),
    scopes: z.array(scope).max(SCOPES.length),
    seller: text().min(1).max(100).nullable(),
    disabled: z.boolean(),
  })
  .partial();
export type PatchPerson = z.infer<typeof PatchPerson>;

export const MakeKey = z.strictObject({
  name: text().min(1).max(100),
  role: z.enum(ROLES),
  scopes: z.array(scope).min(1).max(SCOPES.length),
  seller,
  expires_in_days: z.int().min(1).max(3650).nullable().default(null),
});

export const ListPage = z.strictObject({ ...PageQuery });

const instant = z.string().meta({ format: 'date-time' });
export const PersonView = z
  .object({
    id: z.string().meta({ example: 'user_5f2b8c1d9e3a4b6c7d8e9f01' }),
    name: z.string(),
    email: z.string(),
    role: z.enum(PERSON_ROLES),
    scopes: z.array(z.string()),
    seller: z.string().nullable(),
    disabled: z.boolean(),
    two_factor_enabled: z.boolean(),
    created_at: instant,
  })
  .meta({ id: 'Person' });
export type PersonView = z.infer<typeof PersonView>;

export const InvitationView = z
  .object({
    id: z.string().meta({ example: 'inv_5f2b8c1d9e3a4b6c7d8e9f01' }),
    email: z.string(),
    role: z.enum(PERSON_ROLES),
    scopes: z.array(z.string()),
    seller: z.string().nullable(),
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
    invited_by: z.object({ role: z.string(), id: z.string() }),
    created_at: instant,
    expires_at: instant,
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof InvitationView>;

export const KeyView = z
  .object({
    id: z.string().meta({ example: 'key_5f2b8c1d9e3a' }),
    name: z.string(),
    role: z.enum(ROLES),
    scopes: z.array(z.string()),
    seller: z.string().nullable(),
    status: z.enum(['valid', 'revoked', 'expired']),
    created_at: instant,
    expires_at: instant.nullable(),
    last_used_at: instant.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type KeyView = z.infer<typeof KeyView>;
export const MadeKey = KeyView.extend({
  key: z.string().meta({ description: 'The key itself, shown only in this answer', example: 'dok_…' }),
}).meta({ id: 'MadeApiKey' });

export const MeView = z
  .object({
    id: z.string(),
    kind: z.enum(['person', 'key', 'link']),
    name: z.string(),
    email: z.string().nullable(),
    role: z.enum(ROLES),
    scopes: z.array(z.string()),
    seller: z.string().nullable(),
    order: z.string().nullable().meta({ description: 'The order of a buyer’s link' }),
    store: z
      .string()
      .nullable()
      .meta({ description: 'The name of the store that the order of a buyer’s link is from' }),
    two_factor_enabled: z.boolean(),
  })
  .meta({ id: 'Me' });
export type MeView = z.infer<typeof MeView>;

export const MakeLink = z.strictObject({
  revoke_earlier: z.boolean().default(false).meta({ description: 'No earlier link of this order is valid any more' }),
});
export const LinkView = z
  .object({ order: z.string(), token: z.string().meta({ example: 'dol_…' }), url: z.string(), expires_at: instant })
  .meta({ id: 'OrderLink' });

const page = <Item extends z.ZodType>(id: string, item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() }).meta({ id });
export const PeoplePage = page('PeoplePage', PersonView);
export const InvitationPage = page('InvitationPage', InvitationView);
export const KeyList = z.object({ data: z.array(KeyView) }).meta({ id: 'ApiKeys' });
