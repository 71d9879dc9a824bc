import { expect, test } from 'vitest';
import { misfitOf, titlesOf } from '../../tools/coverage-rows.ts';

/** `npm run coverage:check` takes only what a test is really called. */

const SOURCE = `
  // test('is only said in a comment', …)
  const names = "test('is only a text', () => {})";
  describe('a group', () => {
    test("is it's own", () => { expect('is no title').toBe(1); });
    test.each([['a', fits('b')]])('of %s and %s', () => {});
    test.skipIf(Boolean(1))(\`is \${what} of all\`, () => {});
    scenario(() => system, 'is a whole order', async () => {}, { events: 9 });
  });
`;
const read = (file: string): string | null => (file === 'some.test.ts' ? SOURCE : null);
const misfit = (shown: string): string | null => misfitOf(`| 1 some document | A sentence. | ${shown} |`, read);

test.each(['a group', "is it's own", 'of %s and %s', 'is ${what} of all', 'is a whole order'])(
  '%s is a title',
  (title) => {
    expect(misfit(`\`some.test.ts\` › ${title}`)).toBeNull();
  },
);

test.each([
  'is only said in a comment',
  'is only a text',
  'is no title',
  'is it',
  'whole order',
  'of a and b',
  'events',
])('%s is none', (title) => {
  expect(misfit(`\`some.test.ts\` › ${title}`)).toBe(`A sentence.: no test of some.test.ts is called "${title}"`);
});

test('a row names a file that is there and a test in it, or the work it is left to', () => {
  expect(misfit('later: another release')).toBeNull();
  expect(misfit('`none.test.ts` › a group')).toBe('A sentence.: there is no none.test.ts');
  for (const shown of ['`some.test.ts`', '`some.test.ts` › ', 'a group']) expect(misfit(shown)).toMatch(/^not a row/);
});

test('a file that cannot be read is named', () => {
  expect(() => titlesOf('broken.test.ts', "test('x', () => {")).toThrow('broken.test.ts cannot be read');
});
