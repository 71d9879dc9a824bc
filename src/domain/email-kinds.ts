/** The mails to buyers (seed 2, "Customer Notifications"). */

/** They bring what the buyer cannot do without: a page to pay on, a question, a code, a label, or what a person wrote. */
const NEEDED = [
  'payment_failed',
  'substitution_proposed',
  'delivery_instructions',
  'return_approved',
  'message',
] as const;

/** They tell of what has happened; a store that tells it in another way may leave them out. */
export const OPTIONAL_EMAIL_KINDS = [
  'confirmation',
  'shipped',
  'delivered',
  'cancelled',
  'delay',
  'backordered',
  'backorder_overdue',
  'items_cancelled',
  'items_changed',
  'exchanged',
  'reshipped',
  'refunded',
  'return_refused',
  'return_expired',
  'return_received',
] as const;
export type OptionalEmailKind = (typeof OPTIONAL_EMAIL_KINDS)[number];

export const EMAIL_KINDS = [...OPTIONAL_EMAIL_KINDS, ...NEEDED] as const;
export type EmailKind = (typeof EMAIL_KINDS)[number];
