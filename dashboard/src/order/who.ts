import type { ActorView } from '../../../src/contracts/order-view.ts';
import type { Words } from '../words/en.ts';

/** Who did something, as people say it: by name, and by the id only where there is none. An answer of an earlier release has no names. */
export function whoOf({ role, id, name }: Omit<ActorView, 'name'> & Partial<ActorView>, words: Words): string {
  const roles: Readonly<Record<string, string>> = words.role;
  const called = roles[role] ?? role;
  if (name != null) return `${name} (${called})`;
  return role === 'system' || id === '' || id === role ? called : `${called} (${id})`;
}

/** The same of who is written in one text, as an id or with the role in front of it. */
export function whoIn(written: string, name: string | null, words: Words): string {
  const [, role, id = written] = /^([a-z]+):(.*)$/.exec(written) ?? [];
  return role === undefined ? (name ?? id) : whoOf({ role, id, name }, words);
}
