import type { OrderView } from '../../../src/contracts/order-view.ts';
import type { Words } from '../words/en.ts';

/** Who did something, as people say it. */
export function whoOf({ role, id }: OrderView['timeline'][number]['actor'], words: Words): string {
  const roles: Readonly<Record<string, string>> = words.role;
  const name = roles[role] ?? role;
  return role === 'system' || id === '' || id === role ? name : `${name} (${id})`;
}
