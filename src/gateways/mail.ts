import { Transform } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { MailGateway } from '../activities/ports.ts';
import { Refused } from '../domain/failures.ts';

type SmtpError = { code?: string; command?: string; responseCode?: number };

/** Final is only what the server says of this mail or its recipient; a wrong password or sender is ours to mend, and mails wait for it. */
function isFinal({ code, command, responseCode = 0 }: SmtpError): boolean {
  const isAboutThisMail = code === 'EMESSAGE' || (code === 'EENVELOPE' && command === 'RCPT TO');
  return responseCode >= 500 && isAboutThisMail;
}

/** The library writes a mail line by line and part by part; in one piece it costs both ends a tenth of their work on it less. */
function inOnePiece(): Transform {
  const pieces: Buffer[] = [];
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
    flush(done) {
      done(null, Buffer.concat(pieces));
    },
  });
}

/** Mail over SMTP. `replyTo` is where a buyer's answer goes. */
export function createMailGateway(smtpUrl: URL, from: string, replyTo?: string): MailGateway & { close(): void } {
  const transport = createTransport({
    url: smtpUrl.href,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    socketTimeout: 20_000,
  });
  transport.use('stream', ({ message }, done) => {
    message.transform(inOnePiece);
    done();
  });
  const headers = { 'Auto-Submitted': 'auto-generated' };
  return {
    async send({ messageId, to, subject, html, text }) {
      try {
        await transport.sendMail({
          from,
          to,
          subject,
          html,
          text,
          messageId,
          headers,
          ...(replyTo === undefined ? {} : { replyTo }),
        });
      } catch (error) {
        const smtp = error as SmtpError;
        if (isFinal(smtp)) throw new Refused('MailRefused', `The mail server refused: ${smtp.responseCode}`);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
