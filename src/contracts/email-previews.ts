import { z } from 'zod';
import { text } from './text.ts';

/** What the mails say, for the people who run the store. */

export const AskPreview = z.strictObject({
  language: text().max(35).default('en').meta({ description: 'One of `languages`', example: 'pt-BR' }),
});
export const PreviewName = z.object({ name: z.string().meta({ example: 'confirmation' }) });

const name = z.string().meta({ description: 'The kind of mail, and which case of it', example: 'delay-not-shipped' });
const readers = z.enum(['buyer', 'person', 'staff', 'seller']);

export const EmailPreviewList = z
  .object({
    languages: z.array(z.string()),
    data: z.array(z.object({ name, for: readers, subject: z.string() })),
  })
  .meta({ id: 'EmailPreviewList' });
export type EmailPreviewList = z.infer<typeof EmailPreviewList>;

export const EmailPreview = z
  .object({ name, for: readers, language: z.string(), subject: z.string(), text: z.string(), html: z.string() })
  .meta({ id: 'EmailPreview' });
export type EmailPreview = z.infer<typeof EmailPreview>;
