import nodemailer, { type Transporter } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';

let sandbox: Sandbox;
let control: Control;
let transport: Transporter;

beforeAll(async () => {
  sandbox = await startSandbox();
  control = createControl(sandbox.webUrl);
  transport = nodemailer.createTransport(sandbox.smtpUrl);
});
afterAll(async () => {
  transport.close();
  await sandbox.stop();
});
beforeEach(() => control.reset());

const send = (to: string, messageId: string) =>
  transport.sendMail({
    from: '"Der Laden" <shop@example.com>',
    to,
    messageId,
    subject: 'Ihre Bestellung ist unterwegs – Grüße',
    text: 'Hallo Zoë',
    html: '<p>Hallo <b>Zoë</b></p><script>alert(1)</script>',
    headers: { 'X-Order': 'ORD-1' },
    attachments: [{ filename: 'invoice.pdf', content: Buffer.from('%PDF-1.4'), contentType: 'application/pdf' }],
  });

/** What nodemailer says of a refusal: the server's code. */
async function refusal(sending: Promise<unknown>): Promise<number | undefined> {
  const error = await sending.then(
    () => undefined,
    (reason: { responseCode?: number }) => reason,
  );
  if (error === undefined) throw new Error('The message was taken.');
  return error.responseCode;
}

describe('the inbox', () => {
  test('keeps what was sent, found by recipient and by Message-ID', async () => {
    await send('zoe@example.com', '<ORD-1.confirmation@example.com>');
    await send('max@example.com', '<ORD-2.confirmation@example.com>');
    expect(await control.mails()).toHaveLength(2);
    const found = await control.mails({ to: 'ZOE@example.com' });
    expect(found).toMatchObject([
      {
        message_id: '<ORD-1.confirmation@example.com>',
        to: ['zoe@example.com'],
        subject: 'Ihre Bestellung ist unterwegs – Grüße',
        from: '"Der Laden" <shop@example.com>',
      },
    ]);
    expect(await control.mails({ messageId: 'ORD-2.confirmation@example.com' })).toHaveLength(1);
    expect(await control.mails({ messageId: '<nobody@example.com>' })).toEqual([]);
    const mail = await control.mail(found[0]?.id ?? 0);
    expect(mail.text).toBe('Hallo Zoë');
    expect(mail.html).toContain('<b>Zoë</b>');
    expect(mail.headers['x-order']).toBe('ORD-1');
    expect(mail.attachments).toEqual([{ filename: 'invoice.pdf', type: 'application/pdf', bytes: 8 }]);
    expect((await control.ledger()).mails.map((one) => one.message_id)).toEqual([
      '<ORD-1.confirmation@example.com>',
      '<ORD-2.confirmation@example.com>',
    ]);
  });

  test('takes any login', async () => {
    const url = new URL(sandbox.smtpUrl);
    const auth = nodemailer.createTransport({
      host: url.hostname,
      port: Number(url.port),
      auth: { user: 'u', pass: 'p' },
    });
    await auth.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'x', text: 'y' });
    auth.close();
    expect(await control.mails()).toHaveLength(1);
  });

  test('shows a message on a page where its HTML can run and fetch nothing', async () => {
    await send('zoe@example.com', '<1@example.com>');
    const [mail] = await control.mails();
    const list = await (await fetch(`${sandbox.webUrl}/mail`)).text();
    expect(list).toContain(`<a href="/mail/${mail?.id}">Ihre Bestellung ist unterwegs – Grüße</a>`);
    const response = await fetch(`${sandbox.webUrl}/mail/${mail?.id}`);
    const page = await response.text();
    expect(page).toContain('<iframe title="The message as HTML" sandbox srcdoc="&lt;p&gt;Hallo');
    expect(page).not.toContain('<script');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    await control.clearMail();
    expect(await control.mails()).toEqual([]);
    expect((await fetch(`${sandbox.webUrl}/mail/${mail?.id}`)).status).toBe(404);
  });
});

describe('faults', () => {
  test.each([451, 550])('%i is answered to as many recipients as asked', async (status) => {
    await control.fault({ service: 'smtp', kind: 'error', status, count: 2 });
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBe(status);
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBe(status);
    expect(await control.mails()).toEqual([]);
    await send('zoe@example.com', '<1@example.com>');
    expect(await control.mails()).toHaveLength(1);
  });

  test('can be for one recipient, or after the message has been sent', async () => {
    await control.fault({ service: 'smtp', kind: 'error', status: 550, match: 'zoe@example.com' });
    await send('max@example.com', '<2@example.com>');
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBe(550);
    await control.fault({ service: 'smtp', kind: 'error', status: 552, route: 'DATA' });
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBe(552);
    expect((await control.mails()).map((mail) => mail.message_id)).toEqual(['<2@example.com>']);
  });

  test('a connection that dies before or after the message was taken looks the same to the sender', async () => {
    await control.fault({ service: 'smtp', kind: 'drop' });
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBeUndefined();
    expect(await control.mails()).toEqual([]);
    await control.fault({ service: 'smtp', kind: 'timeout_after_effect' });
    expect(await refusal(send('zoe@example.com', '<1@example.com>'))).toBeUndefined();
    expect(await control.mails()).toHaveLength(1);
  });
});
