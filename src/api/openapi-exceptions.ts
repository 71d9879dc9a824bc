import { z } from 'zod';
import {
  BULK_AT_MOST,
  BulkAnswer,
  ClaimException,
  ExceptionPage,
  ExceptionStatistics,
  ExceptionView,
  ListExceptions,
  ReleaseException,
  ReopenException,
  ResolveException,
  ResolveExceptions,
} from '../contracts/exceptions.ts';
import { OrderView } from '../contracts/order-view.ts';
import { ANY, ANY_BODY, json, OptionalKey, ok, problems } from './openapi-parts.ts';

/** The queue of exceptions, described. */

const tags = ['Exceptions'];
const path = z.object({
  id: z.string().meta({ example: 'ORD-7K3M9QX2RT/x4', description: 'Its slash may be written as it is or as %2F' }),
});
const READ = { tags, description: 'Needs the scope exceptions:read.' };
const RESOLVE = { tags, description: 'Needs the scope exceptions:resolve.' };
const Resolved = z.object({ exception: ExceptionView, order: OrderView.nullable() });

export const EXCEPTION_PATHS = {
  '/v1/exceptions': {
    get: {
      ...READ,
      operationId: 'listExceptions',
      summary: 'What waits for a person, in the order of opening or of falling due',
      requestParams: { query: ListExceptions },
      responses: { ...ok('A page of exceptions', ExceptionPage), ...problems(...ANY, 422) },
    },
  },
  '/v1/exceptions/statistics': {
    get: {
      ...READ,
      operationId: 'exceptionStatistics',
      summary: 'What is open by kind and severity, and how long what was resolved in the last 30 days has taken',
      responses: { ...ok('The queue in numbers', ExceptionStatistics), ...problems(...ANY) },
    },
  },
  '/v1/exceptions/resolve': {
    post: {
      ...RESOLVE,
      operationId: 'resolveExceptions',
      summary: `Decide up to ${BULK_AT_MOST} exceptions alike, by their ids or by kind; each is answered for`,
      requestParams: { header: OptionalKey },
      requestBody: json(ResolveExceptions),
      responses: { ...ok('What became of each', BulkAnswer), ...problems(...ANY_BODY) },
    },
  },
  '/v1/exceptions/{id}': {
    get: {
      ...READ,
      operationId: 'getException',
      summary: 'One exception',
      requestParams: { path },
      responses: { ...ok('The exception', ExceptionView), ...problems(...ANY, 404) },
    },
  },
  '/v1/exceptions/{id}/claim': {
    post: {
      ...RESOLVE,
      operationId: 'claimException',
      summary: 'Take an exception for some minutes',
      requestParams: { path },
      requestBody: json(ClaimException),
      responses: { ...ok('The exception, claimed', ExceptionView), ...problems(...ANY_BODY, 404, 409) },
    },
  },
  '/v1/exceptions/{id}/release': {
    post: {
      ...RESOLVE,
      operationId: 'releaseException',
      summary: 'Give a claimed exception back: by its holder, or by an owner',
      requestParams: { path },
      requestBody: json(ReleaseException),
      responses: { ...ok('The exception, free', ExceptionView), ...problems(...ANY_BODY, 404, 409) },
    },
  },
  '/v1/exceptions/{id}/resolve': {
    post: {
      ...RESOLVE,
      operationId: 'resolveException',
      summary: 'Decide an exception by one of its allowed resolutions',
      requestParams: { path, header: OptionalKey },
      requestBody: json(ResolveException),
      responses: { ...ok('The exception and its order as they are now', Resolved), ...problems(...ANY_BODY, 404, 409) },
    },
  },
  '/v1/exceptions/{id}/reopen': {
    post: {
      ...RESOLVE,
      operationId: 'reopenException',
      summary: 'Open a resolved exception again, with the reason: the matter is not settled after all',
      requestParams: { path, header: OptionalKey },
      requestBody: json(ReopenException),
      responses: { ...ok('The exception and its order as they are now', Resolved), ...problems(...ANY_BODY, 404, 409) },
    },
  },
};
