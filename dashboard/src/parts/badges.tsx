import { Badge, type BadgeProps } from '@mantine/core';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { useWords } from '../words/languages.tsx';

/** One colour for each status, the same everywhere; the word is always there too, so that nobody has to know the colour. */

type Status = OrderView['status'];
type PaymentStatus = NonNullable<OrderView['payment_status']>;

const ORDER: Record<Status, string> = {
  pending: 'yellow',
  confirmed: 'blue',
  processing: 'indigo',
  shipped: 'cyan',
  delivered: 'teal',
  completed: 'green',
  cancelled: 'gray',
  returned: 'grape',
  refunded: 'grape',
  failed: 'red',
};
const PAYMENT: Record<PaymentStatus, string> = {
  pending: 'yellow',
  authorized: 'blue',
  paid: 'green',
  partially_refunded: 'grape',
  refunded: 'grape',
  failed: 'red',
  voided: 'gray',
};
const PARCEL: Record<OrderView['fulfilments'][number]['status'], string> = {
  pending: 'yellow',
  labelled: 'indigo',
  shipped: 'cyan',
  delivered: 'green',
  cancelled: 'gray',
  lost: 'red',
  returned: 'orange',
};
const LINE: Record<OrderView['items'][number]['delivery_status'], string> = {
  pending: 'gray',
  backordered: 'orange',
  shipped: 'cyan',
  delivered: 'green',
  failed: 'red',
  cancelled: 'gray',
  returned: 'grape',
};
const SEVERITY: Readonly<Record<string, string>> = { low: 'gray', medium: 'yellow', high: 'orange', critical: 'red' };

/** Dark text on a pale ground, and the reverse in the dark: readable in every colour (`desk.css` has the two shades). */
export const Tag = ({ color, children, ...rest }: BadgeProps & { readonly color: string }) => (
  <Badge className="tag" data-tone={color} variant="filled" {...rest}>
    {children}
  </Badge>
);

export const StatusBadge = ({ status, ...rest }: { readonly status: Status } & BadgeProps) => (
  <Tag color={ORDER[status]} {...rest}>
    {useWords().status[status]}
  </Tag>
);
/** Nothing for sellers, who are not told. */
export function PaymentBadge({ status, ...rest }: { readonly status: PaymentStatus | null } & BadgeProps) {
  const words = useWords();
  if (status === null) return null;
  return (
    <Tag color={PAYMENT[status]} {...rest}>
      {words.paymentStatus[status]}
    </Tag>
  );
}
export const ParcelBadge = ({ status }: { readonly status: keyof typeof PARCEL }) => (
  <Tag color={PARCEL[status]}>{useWords().parcelStatus[status]}</Tag>
);
export const LineBadge = ({ status }: { readonly status: keyof typeof LINE }) => (
  <Tag color={LINE[status]} size="sm">
    {useWords().deliveryStatus[status]}
  </Tag>
);
export function SeverityBadge({ severity, ...rest }: { readonly severity: string } & BadgeProps) {
  const names: Readonly<Record<string, string>> = useWords().severity;
  return (
    <Tag color={SEVERITY[severity] ?? 'gray'} {...rest}>
      {names[severity] ?? severity}
    </Tag>
  );
}
