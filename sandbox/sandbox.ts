import { Agenda } from './agenda.ts';
import { type Listener, listen } from './http/server.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { listenSmtp } from './mail/smtp.ts';
import type { SandboxOptions, WebhookAddresses } from './options.ts';
import { buildParts, type Parts, runAgenda, type Urls } from './parts.ts';
import { Snapshot, type SnapshotData } from './snapshot.ts';
import { sweepAuthorisations } from './stripe/capture.ts';
import { Web } from './web.ts';

export type { Exchange } from './exchange.ts';
export type { SandboxOptions, WebhookAddresses } from './options.ts';

export interface Sandbox {
  readonly stripeUrl: string;
  readonly shippoUrl: string;
  /** `smtp://127.0.0.1:PORT` */
  readonly smtpUrl: string;
  readonly webUrl: string;
  ledger(): Promise<Ledger>;
  /** Changes where notifications go, for a server that knows its address only after the sandbox has started. */
  setWebhooks(addresses: WebhookAddresses): void;
  stop(): Promise<void>;
}

const SWEEP_MS = 1_000;

const dump = (parts: Parts): SnapshotData => ({
  version: 1,
  stripe: parts.stripe.store.dump(),
  shippo: parts.shippo.store.dump(),
  mails: parts.inbox.dump(),
  agenda: parts.agenda.dump(),
});

function restore(parts: Parts, saved: SnapshotData): void {
  parts.stripe.store.load(saved.stripe);
  parts.shippo.store.load(saved.shippo);
  parts.inbox.load(saved.mails);
}

/**
 * Starts the imitated vendors on 127.0.0.1. Rejects, with everything closed again, when a port is taken or the state file
 * cannot be read.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The sandbox must not run with NODE_ENV=production.');
  const urls: Urls = { shippo: '', web: '' };
  const agenda = new Agenda();
  const snapshot = new Snapshot(options.stateFile, () => dump(parts));
  const parts = buildParts(options, urls, () => snapshot.changed(), agenda);
  const saved = snapshot.read();
  if (saved !== undefined) restore(parts, saved);
  const opened: Pick<Listener, 'stop'>[] = [];
  const open = async <T extends Pick<Listener, 'stop'>>(listening: Promise<T>): Promise<T> => {
    const listener = await listening;
    opened.push(listener);
    return listener;
  };
  const sweep = setInterval(() => {
    if (sweepAuthorisations(parts.stripe)) parts.changed();
  }, SWEEP_MS);
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    agenda.stop();
    parts.stripeWebhooks.stop();
    parts.shippoWebhooks.stop();
    await Promise.all(opened.map((listener) => listener.stop()));
  };
  try {
    const stripe = await open(listen(options.stripePort ?? 0, (call) => parts.stripeApi.respond(call)));
    const shippo = await open(listen(options.shippoPort ?? 0, (call) => parts.shippoApi.respond(call)));
    const smtp = await open(listenSmtp(options.smtpPort ?? 0, parts.inbox, parts.faults, parts.changed));
    const pages = new Web(parts);
    const web = await open(listen(options.webPort ?? 0, (call) => pages.respond(call)));
    urls.shippo = shippo.url;
    urls.web = web.url;
    runAgenda(parts);
    if (saved !== undefined) agenda.load(saved.agenda);
    return {
      stripeUrl: stripe.url,
      shippoUrl: shippo.url,
      smtpUrl: smtp.url,
      webUrl: urls.web,
      ledger: () => ledgerOf(parts.stripe.store, parts.shippo.store, parts.inbox),
      setWebhooks: (addresses) => Object.assign(parts.addresses, addresses),
      stop: async () => {
        await close();
        snapshot.stop();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
