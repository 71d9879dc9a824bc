import { createKeyring, makeKey } from '../src/api/access.ts';
import { insertApiKey } from '../src/db/api-keys.ts';
import { findStore, putLocation, putProduct, putStore } from '../src/db/catalogue.ts';
import { type Db, openDatabase } from '../src/db/database.ts';
import { adjust, listLevels, setThresholds } from '../src/db/stock.ts';
import { LOCATIONS, PRODUCTS, SAMPLE_ORDER, STOCK } from './demo-store.ts';

/** Fills an empty database with the demo store and makes a key for development. Run again, it changes nothing. */

async function seed(db: Db): Promise<void> {
  if ((await findStore(db, 'main')) === null) {
    await putStore(db, {
      code: 'main',
      name: process.env['STORE_NAME'] ?? 'Demo Store',
      supportEmail: process.env['SUPPORT_EMAIL'] ?? 'support@demo-store.example',
      policy: {},
    });
  }
  for (const location of LOCATIONS) await putLocation(db, location);
  for (const product of PRODUCTS) await putProduct(db, product);
  for (const { sku, location, units, safetyStock, reorderPoint } of STOCK) {
    const [known] = await listLevels(db, { sku, location, limit: 1 });
    if (known !== undefined) continue;
    await setThresholds(db, { sku, location, safetyStock, reorderPoint });
    await adjust(db, { sku, location, kind: 'receipt', change: units, reason: 'opening stock', actor: 'seed' });
  }
}

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
  await seed(db);
  console.log(`API key: ${await developmentKey(db)}`);
  console.log(`Sample order: ${JSON.stringify(SAMPLE_ORDER)}`);
} finally {
  await close();
}
