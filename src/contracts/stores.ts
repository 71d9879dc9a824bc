import { z } from 'zod';
import { ActorName } from './order-view.ts';
import { PolicyDocument } from './policy.ts';
import { POLICY_WORDS } from './policy-words.ts';
import { text } from './text.ts';

/** Stores and the versions of their policy. */

const time = z.string().meta({ format: 'date-time' });
const document = z.record(z.string(), z.unknown());

export const StoreView = z
  .object({
    code: z.string(),
    name: z.string(),
    support_email: z.string(),
    policy_version: z.int(),
    /** As it was written; what is left out has its default. */
    policy: document,
  })
  .meta({ id: 'Store' });
export type StoreView = z.infer<typeof StoreView>;

export const PolicyHistory = z
  .object({
    data: z.array(
      z.object({
        version: z.int(),
        policy: document,
        changed_at: time,
        changed_by: z.string(),
        changed_by_name: ActorName,
        note: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'PolicyHistory' });
export type PolicyHistory = z.infer<typeof PolicyHistory>;

const fields = PolicyDocument.shape;
/** The same, each field with what it means. */
const Described = z.strictObject(
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.meta({ description: POLICY_WORDS[name as keyof typeof fields] }),
    ]),
  ) as typeof fields,
);

/** `version`: the one that was read; the change is refused when there is a newer one. */
export const PutPolicy = z
  .strictObject({
    version: z.int().min(1),
    policy: Described,
    note: text().trim().min(1).max(2000).optional(),
  })
  .meta({ id: 'PutPolicy' });
