import pino from 'pino';
import { openDatabase } from '../../src/db/database.ts';
import { createMailGateway } from '../../src/gateways/mail.ts';
import { startMailPump } from '../../src/workers/mail-pump.ts';

/** A pump in a process of its own, for tests that kill it. Arguments: database, SMTP server, lease in seconds. */
const [database = '', smtp = '', lease = ''] = process.argv.slice(2);
const from = 'orders@store.example';
startMailPump({
  db: openDatabase(database).db,
  mail: createMailGateway(new URL(smtp), from),
  from,
  publicUrl: new URL('http://127.0.0.1'),
  linkSecrets: ['a secret of thirty-two characters, at least'],
  log: pino({ level: 'silent' }),
  leaseSeconds: Number(lease),
});
