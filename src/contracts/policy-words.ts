import type { PolicyDocument } from './policy.ts';

/** What each field of a policy means: in the documents, in the API's description and beside the fields of the dashboard. */
export const POLICY_WORDS: Readonly<Record<keyof PolicyDocument, string>> = {
  confirmation:
    '`automatic`: an order is accepted once its payment is good. `call`: it waits until staff `confirm` it.',
  capture:
    'When the card is charged: at `confirmation`, as soon as the stock is taken, or at `shipment`, once every parcel has its label. An authorisation that is about to lapse is captured earlier.',
  cod_collected_on_delivery:
    'Cash on delivery counts as paid when the last part is delivered. `false`: staff say so with `complete`.',
  payment_window:
    'An order whose card payment has not arrived after this time is cancelled. A page to pay on that is offered later has the whole time to itself.',
  bank_transfer_window: 'The same for a bank transfer.',
  capture_margin: 'How long before a card authorisation lapses it is captured, or put before a person.',
  ship_within: 'A parcel that has not left after this time is late, and the buyer is told.',
  deliver_within: 'A parcel that has not arrived this long after it left is late, and the buyer is told.',
  after_completion: 'How long the workflow of an ended order stays open for late events; after that they reopen it.',
  calls:
    'Confirming calls: the next one after a vain one, the reminder when it is overdue, when the order is given up, and how often is called at most.',
  fraud:
    'The signs of fraud and from which score on a person looks at the order (`review_from`, null: never). Counts and sums are over `window`; amounts are minor units.',
  shortage:
    'What is done when stock is short: `ask` a person, `backorder` waits for more, first come first served, `substitute` offers the buyer the first of its substitutes that there is enough of (a person is asked where there is none, or the buyer does not want it), `cancel_line` ends the units that are missing, `cancel_order` ends the order. A product may have its own rule, and a line of a checkout.',
  backorder_at_most:
    'So many units of a SKU may be waited for, by all orders together; who would wait beyond them comes before a person, as with `ask`. null: any number.',
  partial_shipment:
    'An order that waits for stock sends what there is, and the rest when it comes. `false`: everything leaves together.',
  substitution_within: 'The buyer takes or declines a substitute within this time; after it the offer lapses.',
  backorder_promise:
    'How long after it was found short an order that waits for stock is promised to the buyer; then a person is told.',
  acknowledge_within: 'Sellers accept their lines within this time, or staff are told; null: they need not.',
  stalled_after:
    'A parcel on its way of which the carrier says nothing new for this long stands still: the buyer is told, and a person asks the carrier.',
  lost_after: 'A parcel that has not arrived this long after its promised day is taken for lost, and a person decides.',
  return_window: 'Goods may be sent back this long after they arrived; staff may make an exception.',
  refund_window:
    'Staff refund this long after all of the order has arrived; later only by an exception that they name. What the system owes, as for goods that came back, is paid at any time. null: no limit.',
  returns:
    'Goods that come back: `label` says who pays the way. `buyer`: they send them at their own cost. `store`: a label is bought when a return is approved, by the carrier that brought the goods, and mailed to the buyer. `send_within`: an approved return of which nothing is sent within this time expires, and the goods may be asked about anew while the return window is open; null: never.',
  exception_due:
    'How soon a person should have decided, by the kind of exception; others have their usual time. Who is told meanwhile says `escalation`.',
  emails_left_out:
    'Mails to buyers that are not sent, as the store tells them in another way. Those that bring a page to pay on, a question, a label or a message cannot be left out.',
  escalation:
    'Who is told of an exception that waits, step by step, each once: `after` it is due, or `before` (a duration, or `half` of its time), and then only while nobody holds it. `to`: `staff` (the address of the desk), `owners`, the `holder` of the claim, or addresses. `severities` and `kinds`: only of those. `channel`: `email`. An empty list tells nobody.',
  new_orders_to:
    'Who is told of new orders by mail: `staff` (the address of the desk), `owners`, or addresses. The first is told within seconds, those of the next five minutes together.',
  terms:
    'The terms of service that the store has published: their `version`, where they stand (`url`) and their `text`. The bank is told them, as they were when the order was placed, when its payment is disputed.',
  refund_policy: 'The same of the rules by which money is given back: `url` and `text`.',
  routing: 'How locations are chosen: the first decides, the next one between equals, and so on.',
  rate: "Which of the carriers' rates is bought: `prefer`, the most `max_days` for each shipping service (null: any), and the only `carriers` (empty: any).",
};
