import { eventually, type System } from './system.ts';

/** Waits for the mail about an order whose subject is like this; gives its text. Fails when there are several. */
export async function mailAbout({ control }: System, number: string, subject: RegExp): Promise<string> {
  const found = await eventually(
    async () => (await control.mails()).filter((mail) => mail.subject.includes(number) && subject.test(mail.subject)),
    (mails) => mails.length > 0,
  );
  const [mail] = found;
  if (mail === undefined || found.length > 1) throw new Error(`${found.length} mails of ${number} are like ${subject}`);
  return (await control.mail(mail.id)).text;
}
