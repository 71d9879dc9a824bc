import { createHash } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { genericOAuth, twoFactor } from 'better-auth/plugins';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../contracts/people.ts';
import type { Db } from '../../db/database.ts';
import { findPerson } from '../../db/people.ts';
import { auditPerson } from './auth-audit.ts';
import { acceptByEmail } from './invitation-acceptance.ts';
import { mailPerson } from './person-mail.ts';

/**
 * Signing in, by better-auth on our own tables: passwords (scrypt), sessions, second factor, OpenID Connect. Nobody signs up here;
 * who there is comes from invitations alone.
 */

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
export const COOKIE_PREFIX = 'durable-orders';

/** A secret keeps its number when others are put before it, as what it encrypted names it. */
const numbered = (value: string) => ({
  version: Number.parseInt(createHash('sha256').update(`version ${value}`).digest('hex').slice(0, 8), 16),
  value,
});

const TABLES = {
  user: {
    modelName: 'person',
    fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    // Written by src/db/people.ts alone; named here because better-auth checks that it knows what a row needs.
    additionalFields: { role: { type: 'string', required: true, input: false, returned: false } },
  },
  session: {
    modelName: 'person_session',
    fields: {
      userId: 'person_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  account: {
    modelName: 'person_account',
    fields: {
      userId: 'person_id',
      providerId: 'provider',
      accountId: 'account_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  verification: {
    modelName: 'person_verification',
    fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
} as const;

const secondFactor = (issuer: string) =>
  twoFactor({
    issuer,
    accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: HOUR_S / 4 },
    schema: {
      user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
      twoFactor: {
        modelName: 'person_two_factor',
        fields: {
          userId: 'person_id',
          backupCodes: 'backup_codes',
          failedVerificationCount: 'failed_verification_count',
          lockedUntil: 'locked_until',
        },
      },
    },
  });

/** Who comes by the provider with an address it has verified, and is invited, becomes a person on the way. */
function oidc(db: Db, { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET }: Config) {
  if (OIDC_ISSUER === undefined || OIDC_CLIENT_ID === undefined || OIDC_CLIENT_SECRET === undefined) return [];
  return [
    genericOAuth({
      config: [
        {
          providerId: 'oidc',
          discoveryUrl: `${OIDC_ISSUER.href.replace(/\/$/, '')}/.well-known/openid-configuration`,
          requireIdTokenVerification: true,
          clientId: OIDC_CLIENT_ID,
          clientSecret: OIDC_CLIENT_SECRET,
          scopes: ['openid', 'email', 'profile'],
          pkce: true,
          disableSignUp: true,
          mapProfileToUser: async ({ email, emailVerified, name }) => {
            if (typeof email === 'string' && emailVerified === true)
              await acceptByEmail(db, email, typeof name === 'string' && name !== '' ? name : email);
            return {};
          },
        },
      ],
    }),
  ];
}

/** The same answer as for a wrong password, so that nobody learns that there is such a person. */
const REFUSED = { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' };

export function createAuth({ db, config, log }: { db: Db; config: Config; log: Logger }) {
  const { PUBLIC_URL: publicUrl, AUTH_SECRETS: secrets, STORE_NAME: store } = config;
  return betterAuth({
    appName: store,
    baseURL: publicUrl.origin,
    basePath: '/auth',
    secrets: secrets.map(numbered),
    database: { db, type: 'postgres', transaction: true },
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      log: (_level, message) => log.error({ from: 'better-auth' }, message),
    },
    onAPIError: { throw: true, errorURL: new URL('/', publicUrl).href },
    rateLimit: { enabled: false },
    user: TABLES.user,
    account: { ...TABLES.account, encryptOAuthTokens: true, accountLinking: { enabled: true } },
    verification: { ...TABLES.verification, storeIdentifier: 'hashed' },
    session: { ...TABLES.session, expiresIn: 7 * DAY_S, updateAge: DAY_S },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      resetPasswordTokenExpiresIn: HOUR_S,
      revokeSessionsOnPasswordReset: true,
      onPasswordReset: async ({ user }, request) => {
        const person = await findPerson(db, user.id);
        const requestId = request?.headers.get('x-request-id') ?? null;
        await auditPerson({ db, log }, requestId, person, { what: 'person.password_reset' });
      },
      sendResetPassword: async ({ user, token }) => {
        const person = await findPerson(db, user.id);
        if (person === null || person.disabled) return;
        const link = new URL(`/reset-password/${token}`, publicUrl).href;
        await mailPerson(db, secrets, { kind: 'password_reset', address: person.email, locale: person.locale, link });
      },
    },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }) => {
            if ((await findPerson(db, userId))?.disabled !== false) throw new APIError('UNAUTHORIZED', REFUSED);
          },
        },
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: publicUrl.protocol === 'https:',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      ipAddress: { disableIpTracking: true },
      backgroundTasks: {
        handler: (task) => void task.catch((err: unknown) => log.error({ err }, 'a mail could not be written')),
      },
    },
    plugins: [secondFactor(store), ...oidc(db, config)],
  });
}

export type Auth = Pick<ReturnType<typeof createAuth>, 'handler'>;
