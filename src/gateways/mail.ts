import { createTransport } from 'nodemailer';
import type { MailGateway } from '../activities/ports.ts';
import { Refused } from '../domain/failures.ts';

/** Mail over SMTP. A 5xx answer is final; a 4xx one, or no answer, is tried again by the caller. */
export function createMailGateway(smtpUrl: URL, from: string): MailGateway & { close(): void } {
  const transport = createTransport({
    url: smtpUrl.href,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    async send({ messageId, to, subject, html, text }) {
      try {
        await transport.sendMail({ from, to, subject, html, text, messageId });
      } catch (error) {
        const code = (error as { responseCode?: number }).responseCode ?? 0;
        if (code >= 500) throw new Refused('MailRefused', `The mail server refused: ${code}`);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
