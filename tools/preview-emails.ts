import { fileURLToPath } from 'node:url';
import type { OrderRecord } from '../src/db/order-reader.ts';
import type { EmailKind } from '../src/domain/notifications.ts';
import type { Fulfilment, Order, Payment } from '../src/domain/order.ts';
import type { EmailInput } from '../src/emails/parts.ts';
import { renderEmail } from '../src/emails/render.ts';
import { createMailGateway } from '../src/gateways/mail.ts';
import { laterOf } from './preview-later.ts';
import { SAMPLE_LANGUAGES, type SampleLanguage, sampleOrder } from './preview-order.ts';

/**
 * `npm run emails:preview`: sends every mail in every language, made from a fictitious order, to the mail server of `SMTP_URL`
 * (left out: the sandbox of `npm start`), for people to look at.
 */

const STORE = { name: 'Demo Store', supportEmail: 'support@demo-store.example' };
const FROM = 'Demo Store <orders@demo-store.example>';

export type Preview = { readonly title: string; readonly kind: EmailKind; readonly input: EmailInput };

const NOTHING_CAPTURED: Partial<Payment> = { captured: 0, authorized: 0 };

/** Every kind of mail at a typical moment, and both stages of a delay. */
export function previewsIn(language: SampleLanguage): Preview[] {
  const paid = sampleOrder(language);
  const [sent = null, waiting = null] = paid.order.fulfilments;
  const preview = (title: string, kind: EmailKind, record: OrderRecord, rest: Partial<EmailInput> = {}): Preview => ({
    title,
    kind,
    input: { record, store: STORE, fulfilment: null, ...rest },
  });
  const declined = sampleOrder(language, {
    ...NOTHING_CAPTURED,
    status: 'failed',
    failure: { code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
    nextAction: { type: 'redirect', url: 'https://pay.example/checkout/preview' },
  });
  const released = sampleOrder(language, { status: 'voided', captured: 0 });
  return [
    preview('confirmation', 'confirmation', paid),
    preview('payment_failed', 'payment_failed', inStatus(declined, 'pending')),
    preview('shipped', 'shipped', paid, { fulfilment: sent }),
    preview('delivered', 'delivered', inStatus(paid, 'delivered')),
    preview('cancelled', 'cancelled', inStatus(released, 'cancelled'), { reason: CHANGED_MIND[language] }),
    preview('delay, not shipped', 'delay', paid, { fulfilment: waiting, stage: 'ship' }),
    preview('delay, not delivered', 'delay', paid, { fulfilment: sent, stage: 'deliver' }),
    preview('reshipped', 'reshipped', paid, { fulfilment: sent }),
    ...laterOf(paid, language).map(({ title, kind, input }) => preview(title, kind, paid, input)),
  ];
}

const CHANGED_MIND: Readonly<Record<SampleLanguage, string>> = {
  en: 'Changed my mind',
  'pt-BR': 'Mudei de ideia',
};

function inStatus(record: OrderRecord, status: Order['status']): OrderRecord {
  const undone = status === 'cancelled' || status === 'pending';
  const fulfilments: readonly Fulfilment[] = undone ? [] : record.order.fulfilments;
  return { ...record, order: { ...record.order, status, fulfilments } };
}

async function sendAll(smtpUrl: URL): Promise<void> {
  const mail = createMailGateway(smtpUrl, FROM);
  const run = Date.now();
  try {
    for (const language of SAMPLE_LANGUAGES) {
      for (const [index, { title, kind, input }] of previewsIn(language).entries()) {
        const rendered = renderEmail(kind, input);
        const messageId = `<preview-${run}-${language}-${index}@demo-store.example>`;
        await mail.send({ messageId, to: input.record.customer.email, ...rendered });
        console.log(`${language.padEnd(6)}  ${title.padEnd(25)}  ${rendered.subject}`);
      }
    }
  } finally {
    mail.close();
  }
}

function smtpUrlFrom(environment: NodeJS.ProcessEnv): URL {
  const text = environment['SMTP_URL'] || `smtp://127.0.0.1:${environment['SANDBOX_SMTP_PORT'] || 4025}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol)) {
    throw new Error(`SMTP_URL is ${JSON.stringify(text)}; it must begin with smtp:// or smtps://`);
  }
  return url;
}

async function main(): Promise<void> {
  const smtpUrl = smtpUrlFrom(process.env);
  try {
    await sendAll(smtpUrl);
  } catch (error) {
    throw new Error(
      `The mail server at ${smtpUrl.host} did not take the mails (${(error as Error).message}). Start the sandbox with npm start, or set SMTP_URL.`,
    );
  }
  const inbox = `http://127.0.0.1:${process.env['SANDBOX_WEB_PORT'] || 4012}/mail`;
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(smtpUrl.hostname);
  console.log(`Sent to ${smtpUrl.host}.${isLocal ? ` The sandbox shows them at ${inbox}.` : ''}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  });
}
