import type { MailSummary } from '../mail/inbox.ts';
import type { Parts } from '../parts.ts';
import { ControlFailure } from './failure.ts';

/** A message in full. */
export interface MailContent extends MailSummary {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Empty when the message has no HTML part. */
  readonly html: string;
  readonly attachments: readonly { readonly filename: string; readonly type: string; readonly bytes: number }[];
}

export const mails = (parts: Parts, query: URLSearchParams): Promise<MailSummary[]> => {
  const to = query.get('to');
  const messageId = query.get('message_id');
  return parts.inbox.list({ ...(to === null ? {} : { to }), ...(messageId === null ? {} : { messageId }) });
};

export async function mail(parts: Parts, id: string): Promise<MailContent> {
  const found = parts.inbox.get(Number(id));
  if (found === undefined) throw new ControlFailure(404, `No mail has the number ${id}.`);
  const [parsed, summary] = await Promise.all([parts.inbox.parse(found), parts.inbox.summary(found)]);
  const lines = parsed.headerLines.map(({ key, line }): [string, string] => [key, line.slice(key.length + 1).trim()]);
  return {
    ...summary,
    headers: Object.fromEntries(lines),
    text: parsed.text ?? '',
    html: parsed.html || '',
    attachments: parsed.attachments.map((attachment) => ({
      filename: attachment.filename ?? '',
      type: attachment.contentType,
      bytes: attachment.size,
    })),
  };
}
