import type { ActionRequest } from './decide.ts';
import type { Fact } from './facts.ts';
import type { News } from './news.ts';
import { ROLES } from './order.ts';
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

export function isActionRequest(value: unknown): value is ActionRequest {
  if (!isRecord(value) || !isRecord(value['actor']) || !isRecord(value['fields'])) return false;
  const { action, actor, expectedVersion, seenVersion } = value;
  const isKnown = isText(action) && (ACTION_NAMES as readonly string[]).includes(action);
  const role = (actor as Fields)['role'];
  const isPerson = isText(role) && (ROLES as readonly string[]).includes(role) && isText((actor as Fields)['id']);
  const isVersion = (version: unknown): boolean => version == null || isAmount(version);
  return isKnown && isPerson && isVersion(expectedVersion) && isVersion(seenVersion);
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
  tracking: ({ tracking }) => isRecord(tracking) && isText(tracking['fulfilment']) && isText(tracking['status']),
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
