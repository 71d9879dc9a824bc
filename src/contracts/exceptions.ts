import { z } from 'zod';
import { EXCEPTION_KINDS } from '../domain/order.ts';
import { ACTION_SCHEMAS } from './actions.ts';
import { PageQuery } from './orders.ts';
import { text } from './text.ts';

/** What the queue of exceptions may be asked, and how one is claimed and resolved. */

export const ListExceptions = z.strictObject({
  status: z.enum(['open', 'resolved']).default('open'),
  kind: z.enum(EXCEPTION_KINDS).optional(),
  order: text().max(20).optional(),
  ...PageQuery,
});

export const ClaimException = z
  .strictObject({ minutes: z.int().min(1).max(480).default(15) })
  .meta({ id: 'ClaimException' });

export const ResolveException = ACTION_SCHEMAS.resolve_exception
  .omit({ exception: true })
  .meta({ id: 'ResolveException' });
