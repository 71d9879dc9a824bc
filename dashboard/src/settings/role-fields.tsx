import { MultiSelect, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { descriptionQuery } from '../actions/schema.ts';
import { problemOf } from '../api/client.ts';
import { refusedIn } from '../parts/errors.ts';
import { useWords } from '../words/languages.tsx';

/** Role, scopes and seller of a person or a key that is made. */

/** Their names in errors of the API. */
export const GRANTED = ['role', 'scopes', 'seller'] as const;
export type Granted<Role extends string> = {
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly seller: string;
};

/** The scopes there are, as the API describes them. */
function useScopes() {
  const { data, error } = useQuery(descriptionQuery);
  const schema =
    data?.paths['/v1/invitations']?.post?.requestBody?.content['application/json'].schema.properties?.['scopes'];
  return { scopes: [...(schema?.items?.enum ?? [])], unread: error };
}

export function RoleFields<Role extends 'owner' | 'staff' | 'seller' | 'service' | 'agent' | 'customer'>({
  roles,
  hasScopes,
  granted,
  grant,
  wrong,
}: {
  readonly roles: readonly Role[];
  /** Whether scopes are chosen for this role; others have none or all. */
  readonly hasScopes: (role: Role) => boolean;
  readonly granted: Granted<Role>;
  readonly grant: (changes: Partial<Granted<Role>>) => void;
  readonly wrong: Readonly<Record<string, string>>;
}) {
  const words = useWords();
  const { scopes, unread } = useScopes();
  return (
    <>
      <Select
        label={words.settings.role}
        allowDeselect={false}
        data={roles.map((value) => ({ value: value as string, label: words.role[value] }))}
        value={granted.role}
        error={wrong['role']}
        onChange={(role) => role !== null && grant({ role: role as Role })}
      />
      {granted.role === 'seller' ? (
        <TextInput
          label={words.orders.seller}
          required
          value={granted.seller}
          error={wrong['seller']}
          onChange={(event) => grant({ seller: event.currentTarget.value })}
        />
      ) : null}
      {hasScopes(granted.role) ? (
        <MultiSelect
          label={words.settings.scopes}
          data={scopes}
          value={[...granted.scopes]}
          error={wrong['scopes'] ?? (unread === null ? undefined : refusedIn(words, problemOf(unread)))}
          onChange={(chosen) => grant({ scopes: chosen })}
          searchable
        />
      ) : null}
    </>
  );
}
