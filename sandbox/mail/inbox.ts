import { type ParsedMail, simpleParser } from 'mailparser';

/** One message as it arrived. */
export interface Mail {
  readonly id: number;
  /** ISO 8601. */
  readonly received: string;
  readonly envelopeFrom: string;
  readonly envelopeTo: readonly string[];
  /** The whole message, byte for byte (latin1). */
  readonly raw: string;
}

/** What a list shows of a message. */
export interface MailSummary {
  readonly id: number;
  readonly message_id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly received: string;
}

const KEPT = 10_000;

/** Keeps what the SMTP server took. Messages are parsed when somebody looks, so that taking them stays cheap. */
export class Inbox {
  #mails: Mail[] = [];
  #next = 1;
  readonly #summaries = new Map<number, MailSummary>();

  add(mail: Omit<Mail, 'id'>): Mail {
    const kept = { ...mail, id: this.#next++ };
    this.#mails.push(kept);
    if (this.#mails.length >= 2 * KEPT) {
      for (const { id } of this.#mails.splice(0, KEPT)) this.#summaries.delete(id);
    }
    return kept;
  }

  get size(): number {
    return this.#mails.length;
  }

  get(id: number): Mail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }

  /** Oldest first; `to` matches a whole address of the envelope, `messageId` with or without its angle brackets. */
  async list(filter: { readonly to?: string; readonly messageId?: string } = {}): Promise<MailSummary[]> {
    const to = filter.to?.toLowerCase();
    const candidates = this.#mails.filter(
      (mail) => to === undefined || mail.envelopeTo.some((address) => address.toLowerCase() === to),
    );
    const summaries: MailSummary[] = [];
    for (const mail of candidates) summaries.push(await this.summary(mail));
    const wanted = filter.messageId?.replace(/^<|>$/g, '');
    return wanted === undefined
      ? summaries
      : summaries.filter((summary) => summary.message_id.replace(/^<|>$/g, '') === wanted);
  }

  async parse(mail: Mail): Promise<ParsedMail> {
    return simpleParser(Buffer.from(mail.raw, 'latin1'));
  }

  clear(): void {
    this.#mails = [];
    this.#summaries.clear();
  }

  dump(): Mail[] {
    return this.#mails;
  }

  load(mails: readonly Mail[]): void {
    this.clear();
    this.#mails = [...mails];
    this.#next = 1 + mails.reduce((most, mail) => Math.max(most, mail.id), 0);
  }

  async summary(mail: Mail): Promise<MailSummary> {
    const known = this.#summaries.get(mail.id);
    if (known !== undefined) return known;
    // The head alone says all a list needs, and costs a fraction of the whole.
    const end = mail.raw.indexOf('\r\n\r\n');
    const head = end < 0 ? mail.raw : mail.raw.slice(0, end + 4);
    const parsed = await simpleParser(Buffer.from(head, 'latin1'));
    const summary: MailSummary = {
      id: mail.id,
      message_id: parsed.messageId ?? '',
      from: parsed.from?.text ?? mail.envelopeFrom,
      to: mail.envelopeTo,
      subject: parsed.subject ?? '',
      received: mail.received,
    };
    this.#summaries.set(mail.id, summary);
    return summary;
  }
}
