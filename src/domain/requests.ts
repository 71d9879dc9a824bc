import { RESOLUTIONS } from './exceptions.ts';
import type { Fact } from './facts.ts';
import type { ActionFields } from './guards.ts';
import type { News } from './news.ts';
import {
  CALL_OUTCOMES,
  CAME_BACK,
  CLAIM_STATUSES,
  EXCEPTION_KINDS,
  LINE_KINDS,
  REFUND_REASONS,
  RETURN_REASONS,
  ROLES,
} from './order.ts';
import { type Refusal, refuse } from './refusals.ts';
import { ACTION_NAMES } from './transitions.ts';

/**
 * Whether a message is one at all. The API sends well-formed ones; but a person may also send one from Temporal Web UI or the
 * CLI, and a misspelt message must be ignored, not stop the order.
 */

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isAmount = (value: unknown): boolean => Number.isSafeInteger(value);

const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isCount = (value: unknown): boolean => isAmount(value) && Number(value) > 0;
const isPrice = (value: unknown): boolean => isAmount(value) && Number(value) >= 0;
const isUuid = (value: unknown): boolean => isText(value) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
const oneOf =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    isText(value) && words.includes(value);
const listOf =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);
const areUnits = (value: unknown): value is Fields =>
  isRecord(value) && isCount(value['line']) && isCount(value['quantity']);
const isOffer = (value: unknown): boolean =>
  isRecord(value) &&
  isText(value['sku']) &&
  isText(value['name']) &&
  oneOf(LINE_KINDS)(value['kind']) &&
  (value['seller'] === null || isText(value['seller'])) &&
  isCount(value['quantity']) &&
  isPrice(value['unitPrice']);

/** What each field of an action must be, where it is there at all. */
const FIELDS: Readonly<Record<keyof ActionFields, (value: unknown) => boolean>> = {
  reason: isText,
  note: isText,
  payment_reference: isText,
  amount: isPrice,
  fulfilment: isText,
  carrier: isText,
  tracking_number: isText,
  tracking_url: isText,
  evidence: isText,
  exception: isText,
  resolution: oneOf(RESOLUTIONS),
  reopened: (value) =>
    isRecord(value) &&
    oneOf(EXCEPTION_KINDS)(value['kind']) &&
    isText(value['lane']) &&
    (value['units'] === undefined || listOf(areUnits)(value['units'])),
  lines: listOf(areUnits),
  outcome: oneOf(CALL_OUTCOMES),
  until: isAmount,
  seller: isText,
  refund_reason: oneOf(REFUND_REASONS),
  return: isText,
  return_reason: oneOf(RETURN_REASONS),
  approve: isFlag,
  received: listOf((value) => areUnits(value) && isFlag(value['restock'])),
  location: isText,
  came_back: oneOf(CAME_BACK),
  refund: isFlag,
  outside_window: isFlag,
  remove: listOf(areUnits),
  added: listOf(isOffer),
  line: isCount,
  offer: isOffer,
  substitution: isText,
  accept: isFlag,
  to: oneOf(['buyer', 'store', 'seller']),
  staged_message: isUuid,
  staged_address: isUuid,
  staged_instructions: isUuid,
  claim_reference: isText,
  claim_outcome: oneOf(CLAIM_STATUSES.filter((status) => status !== 'filed')),
  // Only the workflow says so, of histories that are replayed.
  as_before: () => false,
};

const isField = ([name, value]: [string, unknown]): boolean =>
  value === undefined || (Object.hasOwn(FIELDS, name) && FIELDS[name as keyof ActionFields](value));

/** Why a message asks for no action; null when it does. */
export function refusalOfMessage(value: unknown): Refusal | null {
  const refused = refuse('invalid_fields', 'The message is not that of an action.');
  if (!isRecord(value) || !isRecord(value['actor']) || !isRecord(value['fields'])) return refused;
  const { action, actor, fields, expectedVersion, seenVersion } = value;
  const { role, id } = actor as Fields;
  const isVersion = (version: unknown): boolean => version == null || isAmount(version);
  const isKnown = oneOf(ACTION_NAMES)(action) && oneOf(ROLES)(role) && isText(id);
  if (!isKnown || !isVersion(expectedVersion) || !isVersion(seenVersion)) return refused;
  const wrong = Object.entries(fields as Fields).find((field) => !isField(field));
  return wrong === undefined
    ? null
    : refuse('invalid_fields', `The field ${wrong[0]} is not one of an action, or not as it must be.`);
}

function isReading(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const amounts = [value['amount'], value['captured'], value['refunded']];
  return isText(value['reference']) && isText(value['state']) && isText(value['currency']) && amounts.every(isAmount);
}

/** What each kind of news must bring along. */
const NEWS: Readonly<Record<News['type'], (news: Fields) => boolean>> = {
  payment_read: (news) => isReading(news['reading']),
  label_bought: (news) => isText(news['fulfilment']) && isRecord(news['label']) && isText(news['trackingNumber']),
  label_voided: (news) => isText(news['fulfilment']) && isText(news['outcome']),
  return_label_bought: (news) => isText(news['return']) && isRecord(news['label']),
  return_label_voided: (news) =>
    isText(news['return']) && isText(news['label']) && isText(news['outcome']) && typeof news['refused'] === 'boolean',
  return_tracking: ({ tracking }) => isRecord(tracking) && isText(tracking['return']) && isText(tracking['status']),
  parcel_followed: (news) => isText(news['fulfilment']) && isText(news['outcome']),
  refund_sent: (news) => isText(news['refund']) && isText(news['reference']) && isReading(news['reading']),
  refund_failed: (news) => isText(news['reference']) && isText(news['why']),
  dispute_read: ({ dispute }) =>
    isRecord(dispute) && isText(dispute['id']) && isText(dispute['status']) && isAmount(dispute['amount']),
  fraud_warning: (news) => isText(news['warning']) && isText(news['kind']),
  stock_arrived: () => true,
  disagreement: (news) =>
    isText(news['kind']) && isText(news['check']) && isText(news['summary']) && isRecord(news['context']),
  duty_failed: (news) => isRecord(news['duty']) && isRecord(news['failure']),
  tracking: ({ tracking }) =>
    isRecord(tracking) &&
    isText(tracking['fulfilment']) &&
    isText(tracking['status']) &&
    (tracking['movedAt'] == null || typeof tracking['movedAt'] === 'number'),
  unforeseen: (news) => isText(news['lane']) && isRecord(news['failure']),
  deadline: (news) => isText(news['kind']),
};

/** Facts that are recorded already, and the version they lead on from; what the facts say is the record's matter. */
export function isOutcome(value: unknown): value is { readonly from: number; readonly facts: readonly Fact[] } {
  return (
    isRecord(value) &&
    isAmount(value['from']) &&
    Array.isArray(value['facts']) &&
    value['facts'].every((fact) => isRecord(fact) && isText(fact['type']) && isAmount(fact['seq']))
  );
}

export function isNews(value: unknown): value is News {
  if (!isRecord(value) || !isText(value['type'])) return false;
  const check = Object.hasOwn(NEWS, value['type']) ? NEWS[value['type'] as News['type']] : undefined;
  return check?.(value) ?? false;
}
