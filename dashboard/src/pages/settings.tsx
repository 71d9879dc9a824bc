import { Stack, Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { hasScope } from '../api/session.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Emails } from '../settings/emails.tsx';
import { Keys } from '../settings/keys.tsx';
import { Locations } from '../settings/locations.tsx';
import { People } from '../settings/people.tsx';
import { Policies } from '../settings/policies.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

const route = getRouteApi('/desk/settings');

export function SettingsPage() {
  const words = useWords();
  const me = useMe();
  const { part } = route.useSearch();
  const navigate = route.useNavigate();
  const parts = [
    { name: 'policies', label: words.settings.policies, scope: 'policies:read', Part: Policies },
    { name: 'people', label: words.settings.people, scope: 'people:read', Part: People },
    { name: 'keys', label: words.settings.keys, scope: 'keys:read', Part: Keys },
    { name: 'emails', label: words.settings.emails, scope: 'policies:read', Part: Emails },
    { name: 'locations', label: words.settings.locations, scope: 'catalogue:read', Part: Locations },
  ].filter(({ scope }) => hasScope(me, scope));
  const shown = parts.find(({ name }) => name === part) ?? parts[0];
  return (
    <Stack gap="sm">
      <PageTitle tab={shown === undefined ? undefined : `${shown.label} · ${words.settings.title}`}>
        {words.settings.title}
      </PageTitle>
      <Tabs
        value={shown?.name ?? null}
        onChange={(name) => void navigate({ search: { part: name ?? undefined } })}
        keepMounted={false}
      >
        <Tabs.List aria-label={words.settings.title} className="scrolling-tabs">
          {parts.map(({ name, label }) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {parts.map(({ name, Part }) => (
          <Tabs.Panel key={name} value={name} pt="md">
            <Part />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
