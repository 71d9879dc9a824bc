/** What the mails say, in English. The other languages have the same shape; amounts and dates arrive formatted. */
export const en = {
  greeting: (name: string) => `Hello ${name},`,
  support: (number: string) => `Questions? Write to us and name your order, ${number}:`,
  supportSubject: (number: string) => `Order ${number}`,
  footer: (store: string) => `You get this mail because of your order at ${store}.`,
  labels: {
    order: 'Order',
    placed: 'Placed on',
    items: 'Items',
    parcelItems: 'In this parcel',
    partItems: 'In this part of the order',
    subtotal: 'Subtotal',
    discount: 'Discount',
    shipping: 'Shipping',
    tax: 'Tax',
    total: 'Total',
    shippingAddress: 'Delivery address',
    billingAddress: 'Billing address',
    carrier: 'Carrier',
    trackingNumber: 'Tracking number',
    reason: 'Reason',
    track: 'Track the parcel',
    payAgain: 'Pay now',
  },
  confirmation: {
    subject: (number: string) => `Your order ${number} is confirmed`,
    preheader: (total: string) => `Thank you. The total is ${total}.`,
    heading: 'Your order is confirmed',
    lead: 'Thank you for your order. We have set your items aside and are getting them ready for you.',
    payment: {
      approved: (amount: string) => `Your payment of ${amount} is approved.`,
      received: (amount: string) => `We have received your payment of ${amount}.`,
      onDelivery: (amount: string) => `Please have ${amount} ready: you pay when the order is delivered.`,
      returned: (amount: string) => `Your payment of ${amount} has been given back.`,
    },
  },
  paymentFailed: {
    subject: (number: string) => `The payment for your order ${number} failed`,
    preheader: (total: string) => `${total} could not be collected.`,
    heading: 'Your payment did not go through',
    lead: (total: string) => `We could not collect ${total} for your order.`,
    why: {
      insufficient_funds: 'Your bank says that the account does not have enough funds.',
      expired_card: 'The card has expired.',
      incorrect_cvc: 'The security code of the card was not right.',
      authentication_required: 'Your bank asked you to confirm the payment, and it was not confirmed.',
      lapsed: 'The approval of your bank has lapsed or was withdrawn.',
      declined: 'The payment was declined. Your bank can tell you why.',
    },
    unpaid: 'Nothing will be sent until the order is paid.',
    payAgain: 'You can pay here, with the same card or another one:',
    askUs: 'To pay in another way, write to the address below and we will help you.',
    settled: 'You have paid since then, so there is nothing left to do.',
    closed: 'The order has been closed since then, so there is nothing left to pay.',
  },
  shipped: {
    subject: (number: string) => `Your order ${number} is on its way`,
    partSubject: (number: string, part: string) => `Parcel ${part} of your order ${number} is on its way`,
    part: (no: string, of: string) => `${no} of ${of}`,
    preheader: (carrier: string) => `Handed over to ${carrier}.`,
    preheaderNoCarrier: 'Your parcel has left.',
    heading: 'Your parcel is on its way',
    lead: (date: string) => `Your parcel left on ${date}.`,
    others: 'The other parcels of your order travel on their own; each gets a mail of its own.',
    noTracking: 'This parcel travels without a tracking number.',
  },
  delivered: {
    subject: (number: string) => `Your order ${number} has been delivered`,
    preheader: 'Everything you ordered has arrived.',
    heading: 'Your order has been delivered',
    lead: 'Everything you ordered has reached you. We hope you like it.',
    missing: 'If something is missing or damaged, write to us and we will put it right.',
  },
  cancelled: {
    subject: (number: string) => `Your order ${number} has been cancelled`,
    preheader: 'What happens with your money is in this mail.',
    heading: 'Your order has been cancelled',
    lead: 'Your order has been cancelled. Nothing more will be sent.',
    failedSubject: (number: string) => `Your order ${number} could not be completed`,
    failedHeading: 'Your order could not be completed',
    failedLead: 'We are sorry: we could not complete your order, and have closed it.',
    reasons: {
      notPaidInTime: 'The payment did not arrive in time.',
    },
    money: {
      nothingCharged: 'Nothing was charged, and there is nothing to pay.',
      voided: (amount: string) =>
        `Nothing was charged. The ${amount} held on your card has been released; some banks show that only after a few days.`,
      willBeVoided: (amount: string) =>
        `Nothing will be charged. The ${amount} held on your card is being released; some banks show that only after a few days.`,
      refunded: (amount: string) =>
        `We have refunded ${amount} to the card or account you paid with. Banks take 5 to 10 days to show it.`,
      willBeRefunded: (amount: string) =>
        `We are refunding ${amount} to the card or account you paid with. Banks take 5 to 10 days to show it.`,
      byTransfer: (amount: string) =>
        `We will return ${amount} to you by bank transfer. Write to us if you have not told us the account yet.`,
      returnedByTransfer: (amount: string) => `We have returned ${amount} to you by bank transfer.`,
    },
  },
  delay: {
    subject: (number: string) => `Your order ${number} is delayed`,
    preheader: 'It takes longer than we planned. We are sorry.',
    heading: 'Your order takes longer than we planned',
    notShipped: (date: string) => `We meant to send your parcel by ${date}, and did not manage to. We are sorry.`,
    notProvided: (date: string) =>
      `We meant to have this part of your order ready by ${date}, and did not manage to. We are sorry.`,
    notDelivered: (date: string) => `Your parcel left on ${date} and has taken longer than it should. We are sorry.`,
    next: {
      waiting: 'We write again as soon as it leaves. If you would rather not wait, write to us.',
      preparing: 'We are still working on it. If you would rather not wait, write to us.',
      travelling:
        'We are watching its tracking. If it shows nothing new for some days, write to us and we will look for it.',
      left: 'It has left since then, and is on its way to you.',
      arrived: 'It has arrived since then.',
      cancelled: 'It has been cancelled since then and will not be sent.',
    },
  },
};

export type Texts = typeof en;
