import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { policyDefaults } from '../../tools/docs/policy.ts';

test('docs/policies.md explains the default of every field of a policy, and of no other', async () => {
  const text = await readFile(new URL('../../docs/policies.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_.]+)` \| `([^`]+)` \| (.{40,}) \|$/gm)];
  const explained = rows.map(([, field = '', standard = '']) => [field, standard]);
  expect(Object.fromEntries(explained)).toEqual(Object.fromEntries(policyDefaults()));
  expect(explained).toHaveLength(policyDefaults().size);
});
