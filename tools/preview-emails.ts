import { fileURLToPath } from 'node:url';
import { renderEmail } from '../src/emails/render.ts';
import { samplesIn } from '../src/emails/samples/mails.ts';
import { SAMPLE_LANGUAGES } from '../src/emails/samples/order.ts';
import { createMailGateway } from '../src/gateways/mail.ts';
import { isLoopback } from '../src/loopback.ts';
import { readDotenv } from './data-folder.ts';

/**
 * `npm run emails:preview`: sends every mail in every language, made from a fictitious order, to the mail server of `SMTP_URL`
 * (left out: the sandbox of `npm start`), for people to look at. Settings are read from the environment and from .env.
 */

const STORE = { name: 'Demo Store', supportEmail: 'support@demo-store.example' };
const FROM = 'Demo Store <orders@demo-store.example>';

async function sendAll(smtpUrl: URL): Promise<void> {
  const mail = createMailGateway(smtpUrl, FROM);
  const run = Date.now();
  try {
    for (const language of SAMPLE_LANGUAGES) {
      for (const [index, { title, kind, input }] of samplesIn(language, STORE).entries()) {
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
  readDotenv();
  const smtpUrl = smtpUrlFrom(process.env);
  try {
    await sendAll(smtpUrl);
  } catch (error) {
    throw new Error(
      `The mail server at ${smtpUrl.host} did not take the mails (${(error as Error).message}). Start the sandbox with npm start, or set SMTP_URL.`,
    );
  }
  const inbox = `http://127.0.0.1:${process.env['SANDBOX_WEB_PORT'] || 4012}/mail`;
  const isLocal = isLoopback(smtpUrl);
  console.log(`Sent to ${smtpUrl.host}.${isLocal ? ` The sandbox shows them at ${inbox}.` : ''}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  });
}
