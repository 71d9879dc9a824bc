import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ProposalView } from '../../../src/contracts/proposals.ts';
import { money } from '../api/format.ts';
import { GoodsOf } from '../order/goods.tsx';
import { AddressLines } from '../order/people.tsx';
import { Details } from '../parts/details.tsx';
import { Moment } from '../parts/times.tsx';
import type { Words } from '../words/en.ts';
import { useSpeech } from '../words/languages.tsx';

/** What an action is to be done with, in words; what has none is folded away. */

type Given = { readonly proposal: ProposalView; readonly words: Words; readonly language: string };
type Names = Readonly<Record<string, string>>;

const namesOf = (words: Words): Readonly<Record<string, Names>> => ({
  refund_reason: words.value,
  return_reason: words.value,
  came_back: words.value,
  outcome: words.callOutcome,
  resolution: words.resolution,
  claim_outcome: words.claimStatus,
  to: words.role,
});

/** Parcels have the number of the order and their own: `ORD-7K3M9QX2RT/2`. */
const parcel = (id: string, words: Words): string | undefined => {
  const [, no] = /\/(\d+)$/.exec(id) ?? [];
  return no === undefined ? undefined : words.order.parcel(Number(no));
};

const GOODS = ['lines', 'received', 'remove'];
const AMOUNTS = ['amount', 'unit_price'];
const WRITTEN = [
  'note',
  'reason',
  'evidence',
  'body',
  'carrier',
  'tracking_number',
  'tracking_url',
  'payment_reference',
  'claim_reference',
  'seller',
  'location',
  'sku',
];

function inWords(name: string, value: unknown, { proposal, words, language }: Given): ReactNode | undefined {
  if (typeof value === 'boolean') return value ? words.general.yes : words.general.no;
  if (name === 'quantity') return String(value);
  if (name === 'address') return <AddressLines address={value as Parameters<typeof AddressLines>[0]['address']} />;
  if (name === 'add')
    return (value as { quantity: number; sku: string }[]).map((one) => `${one.quantity} × ${one.sku}`).join(', ');
  if (GOODS.includes(name))
    return <GoodsOf order={proposal.order} units={value as Parameters<typeof GoodsOf>[0]['units']} />;
  if (typeof value !== 'string') return undefined;
  if (AMOUNTS.includes(name)) return money(value, proposal.would_change.money.currency, language);
  if (name === 'until') return <Moment at={value} />;
  if (name === 'fulfilment') return parcel(value, words);
  if (WRITTEN.includes(name)) return value;
  return namesOf(words)[name]?.[value];
}

export function FieldsGiven({ proposal }: { readonly proposal: ProposalView }) {
  const { words, language } = useSpeech();
  const fields = Object.entries(proposal.fields).map(([name, value]) => ({
    name,
    value,
    what: inWords(name, value, { proposal, words, language }),
  }));
  if (fields.length === 0) return null;
  return (
    <div>
      <dl className="context">
        {fields
          .filter(({ what }) => what !== undefined)
          .map(({ name, what }) => (
            <div key={name}>
              <Text component="dt" fz="xs" c="dimmed">
                {words.field[name] ?? name}
              </Text>
              <Text component="dd" fz="sm" className="prewrap">
                {what}
              </Text>
            </div>
          ))}
      </dl>
      <Details
        of={Object.fromEntries(fields.flatMap(({ name, value, what }) => (what === undefined ? [[name, value]] : [])))}
      />
    </div>
  );
}
