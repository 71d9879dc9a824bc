import type { AddressInfo, Socket } from 'node:net';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type Fault, type Faults, sleep } from '../faults.ts';
import type { Inbox } from './inbox.ts';

export interface SmtpListener {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** The steps of a delivery that a fault can be set on; without one it meets the recipient. */
export const SMTP_ROUTES = ['RCPT', 'DATA'] as const;

const MESSAGES: Readonly<Record<number, string>> = {
  421: 'Service not available, closing transmission channel',
  450: 'Mailbox unavailable',
  451: 'Requested action aborted: try again later',
  452: 'Insufficient system storage',
  550: 'No such user here',
  552: 'Message too large',
  554: 'Transaction failed',
};

function refusal(fault: Fault): Error {
  const code = fault.status ?? 451;
  return Object.assign(new Error(MESSAGES[code] ?? 'Refused by the sandbox'), { responseCode: code });
}

async function bytesOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An SMTP server on 127.0.0.1 that takes mail for anybody, with or without a login, and hands nothing on. */
export function listenSmtp(port: number, inbox: Inbox, faults: Faults, changed: () => void): Promise<SmtpListener> {
  const sockets = new Set<Socket>();
  const hangUp = (session: SMTPServerSession): void => {
    for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy();
  };

  const take = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<'done' | 'hung up'> => {
    const raw = await bytesOf(stream);
    const text = raw.toString('latin1');
    const fault = faults.take('smtp', 'DATA', () => text);
    if (fault?.kind === 'error') throw refusal(fault);
    if (fault?.kind === 'delay') await sleep(fault.delay_ms ?? 1000);
    if (fault?.kind !== 'drop') {
      const { mailFrom, rcptTo } = session.envelope;
      inbox.add({
        received: new Date().toISOString(),
        envelopeFrom: mailFrom === false ? '' : mailFrom.address,
        envelopeTo: rcptTo.map((recipient) => recipient.address),
        raw: text,
      });
      changed();
    }
    if (fault?.kind !== 'drop' && fault?.kind !== 'timeout_after_effect') return 'done';
    if (fault.delay_ms !== undefined) await sleep(fault.delay_ms);
    hangUp(session);
    return 'hung up';
  };

  const takeThen = callbackify(take);

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    onConnect: (_session, done) => done(),
    onRcptTo: (address, _session, done) => {
      const fault = faults.take('smtp', 'RCPT', () => address.address, ['error']);
      done(fault === undefined ? null : refusal(fault));
    },
    onData: (stream, session, done) => {
      takeThen(stream, session, (error, outcome) => {
        if (error) done(error);
        else if (outcome === 'done') done();
      });
    },
  });
  return started(server, port, sockets);
}

function started(server: SMTPServer, port: number, sockets: Set<Socket>): Promise<SmtpListener> {
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  // A client that breaks off is a fault under test as often as not; it must not end the process.
  server.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} on 127.0.0.1 is in use`) : error);
    server.server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.server.off('error', failed);
      const bound = (server.server.address() as AddressInfo).port;
      resolve({
        port: bound,
        url: `smtp://127.0.0.1:${bound}`,
        stop: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
