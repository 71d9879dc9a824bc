import { createKeyring, makeKey } from '../src/api/bearer.ts';
import { insertApiKey } from '../src/db/api-keys.ts';
import { type Db, openDatabase } from '../src/db/database.ts';
import { DEMO_OWNER, demoOwner } from './demo-owner.ts';
import { SAMPLE_ORDER, seedDemoStore } from './demo-store.ts';

/** Fills an empty database with the demo store and makes a key for development. Run again, it changes nothing. */

async function developmentKey(db: Db): Promise<string> {
  const known = process.env['DEV_API_KEY'] ?? '';
  if (known !== '' && (await createKeyring(db)(known))?.revokedAt === null) return known;
  const { key, id, hash } = makeKey();
  await insertApiKey(db, {
    id,
    name: 'development',
    role: 'owner',
    scopes: ['*'],
    seller: null,
    hash,
    expiresAt: null,
  });
  return key;
}

const url = process.env['DATABASE_URL'] ?? '';
if (url === '') {
  console.error('DATABASE_URL is not set: name the database to fill.');
  process.exit(1);
}
const { db, close } = openDatabase(url, { max: 2, applicationName: 'seed' });
try {
  await seedDemoStore(db);
  const password = process.env['DEV_OWNER_PASSWORD'] ?? '';
  if (password !== '')
    console.log(`Owner: ${DEMO_OWNER} ${(await demoOwner(db, password)) ?? '(with the password you chose)'}`);
  console.log(`API key: ${await developmentKey(db)}`);
  console.log(`Sample order: ${JSON.stringify(SAMPLE_ORDER)}`);
} finally {
  await close();
}
