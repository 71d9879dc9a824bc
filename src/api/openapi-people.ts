import { z } from 'zod';
import {
  AcceptInvitation,
  InvitationPage,
  InvitationView,
  Invite,
  KeyList,
  KeyView,
  LinkView,
  ListPage,
  MadeKey,
  MakeKey,
  MakeLink,
  MeView,
  PatchPerson,
  PeoplePage,
  PersonView,
  SignedInPerson,
  SignInMethods,
} from '../contracts/people.ts';
import { ANY, ANY_BODY, json, ok, problems } from './openapi-parts.ts';
import { AUTH_ROUTES, type AuthRoute } from './people/auth-routes.ts';

/** People, keys, links, and signing in, described. */

const Id = z.object({ id: z.string() });
const Order = z.object({ number: z.string().meta({ example: 'ORD-7K3M9QX2RT' }) });
const WITHOUT_KEY = [400, 401, 403, 413, 415, 422, 429, 503] as const;

const signInPath = ({ path, summary, body, answer }: AuthRoute) =>
  [
    `/auth${path}`,
    {
      post: {
        tags: ['Sign-in'],
        summary,
        security: [],
        requestBody: json(body),
        responses: { ...ok(summary, answer), ...problems(...WITHOUT_KEY, 409, 410) },
      },
    },
  ] as const;

const made = (summary: string, schema: z.ZodType) => ({ '201': { description: summary, ...json(schema) } });

export const PEOPLE_PATHS = {
  '/v1/me': {
    get: {
      operationId: 'me',
      tags: ['People'],
      summary: 'Who asks, and what they may do',
      responses: { ...ok('You', MeView), ...problems(...ANY) },
    },
  },
  '/v1/people': {
    get: {
      operationId: 'listPeople',
      tags: ['People'],
      summary: 'Everybody who can sign in, by e-mail address',
      requestParams: { query: ListPage },
      responses: { ...ok('One page of people', PeoplePage), ...problems(...ANY, 422) },
    },
  },
  '/v1/people/{id}': {
    patch: {
      operationId: 'changePerson',
      tags: ['People'],
      summary: 'Change what somebody may do, or shut them out; ends their sessions',
      requestParams: { path: Id },
      requestBody: json(PatchPerson),
      responses: { ...ok('The person', PersonView), ...problems(...ANY_BODY, 404, 409) },
    },
  },
  '/v1/invitations': {
    get: {
      operationId: 'listInvitations',
      tags: ['People'],
      summary: 'Invitations, the newest first',
      requestParams: { query: ListPage },
      responses: { ...ok('One page of invitations', InvitationPage), ...problems(...ANY, 422) },
    },
    post: {
      operationId: 'invite',
      tags: ['People'],
      summary: 'Invite somebody by mail; with no more than you may yourself. A new invitation replaces an open one',
      requestBody: json(Invite),
      responses: { ...made('The invitation', InvitationView), ...problems(...ANY_BODY, 409) },
    },
  },
  '/v1/invitations/{id}': {
    delete: {
      operationId: 'revokeInvitation',
      tags: ['People'],
      summary: 'Take an invitation back',
      requestParams: { path: Id },
      responses: { ...ok('The invitation', InvitationView), ...problems(...ANY, 404, 409) },
    },
  },
  '/v1/keys': {
    get: {
      operationId: 'listKeys',
      tags: ['Keys'],
      summary: 'API keys, without their secrets',
      responses: { ...ok('All keys', KeyList), ...problems(...ANY) },
    },
    post: {
      operationId: 'makeKey',
      tags: ['Keys'],
      summary: 'Make an API key; with no more than you may yourself. The key is in this answer only',
      requestBody: json(MakeKey),
      responses: { ...made('The key', MadeKey), ...problems(...ANY_BODY) },
    },
  },
  '/v1/keys/{id}/revoke': {
    post: {
      operationId: 'revokeKey',
      tags: ['Keys'],
      summary: 'Revoke an API key; it works for five seconds more at most',
      requestParams: { path: Id },
      responses: { ...ok('The key', KeyView), ...problems(...ANY, 404) },
    },
  },
  '/v1/orders/{number}/links': {
    post: {
      operationId: 'makeOrderLink',
      tags: ['Orders'],
      summary: 'A new signed link for the buyer, to follow the order and do what buyers may',
      requestParams: { path: Order },
      requestBody: json(MakeLink),
      responses: { ...made('The link', LinkView), ...problems(...ANY_BODY, 404) },
    },
  },
  '/auth-links/invitations/accept': {
    post: {
      operationId: 'acceptInvitation',
      tags: ['Sign-in'],
      summary: 'Become a person: with the token of an invitation, a name and a password',
      security: [],
      requestBody: json(AcceptInvitation),
      responses: { ...made('You', PersonView), ...problems(400, 410, 413, 415, 422, 429, 503) },
    },
  },
  '/auth/methods': {
    get: {
      tags: ['Sign-in'],
      summary: 'By which ways people can sign in here',
      security: [],
      responses: ok('The ways', SignInMethods),
    },
  },
  '/auth/get-session': {
    get: {
      tags: ['Sign-in'],
      summary: 'Who has signed in, or null; /v1/me says more',
      security: [],
      responses: ok('The person', z.object({ user: SignedInPerson }).nullable()),
    },
  },
  '/auth/callback/oidc': {
    get: {
      tags: ['Sign-in'],
      summary: 'Where the OpenID Connect provider sends the browser back to',
      security: [],
      requestParams: { query: z.object({ code: z.string().optional(), state: z.string().optional() }) },
      responses: { '302': { description: 'On to callbackURL, or to errorCallbackURL with `error`' } },
    },
  },
  ...Object.fromEntries(AUTH_ROUTES.map(signInPath)),
};
