import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

export interface MailServer {
  readonly url: URL;
  /** Accepted messages, oldest first. */
  readonly mails: readonly ParsedMail[];
  stop(): Promise<void>;
}

export interface MailServerHooks {
  /** Answers a recipient; the code refuses it, with the address in the message as real servers have it. */
  recipient?(address: string): number | null | Promise<number | null>;
  /** Runs when a message has arrived in full and before it is answered with 250. */
  received?(mail: ParsedMail): void | Promise<void>;
}

/** An SMTP server on 127.0.0.1 that takes mail for anybody. */
export async function startMailServer(hooks: MailServerHooks = {}, port = 0): Promise<MailServer> {
  const mails: ParsedMail[] = [];
  const ask = async ({ address }: { address: string }, _session: unknown): Promise<void> => {
    const code = (await hooks.recipient?.(address)) ?? null;
    if (code !== null) throw Object.assign(new Error(`<${address}> no`), { responseCode: code });
  };
  const take = async (raw: SMTPServerDataStream, _session: unknown): Promise<void> => {
    const mail = await simpleParser(raw);
    await hooks.received?.(mail);
    mails.push(mail);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onRcptTo: callbackify(ask),
    onData: callbackify(take),
  });
  server.on('error', () => undefined); // a client that is killed breaks off
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.server.address() as AddressInfo).port;
  return {
    url: new URL(`smtp://127.0.0.1:${bound}`),
    mails,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  };
}
