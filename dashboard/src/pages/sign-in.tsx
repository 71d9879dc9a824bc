import { Button, Card, Center, Divider, Group, Stack, Text } from '@mantine/core';
import { IconBox } from '@tabler/icons-react';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { SignInMethods } from '../../../src/contracts/people.ts';
import { SignInForm } from '../account/sign-in-form.tsx';
import { ask } from '../api/client.ts';
import { meQuery } from '../api/session.ts';
import { TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Appearance } from '../shell/appearance.tsx';
import { isDevelopment } from '../theme.ts';
import { useWords } from '../words/languages.tsx';

const route = getRouteApi('/sign-in');

/** What has been done, and where to go on. */
export const Said = ({ link, children }: { readonly link: ReactNode; readonly children: ReactNode }) => (
  <Stack role="status">
    <Text>{children}</Text>
    {link}
  </Stack>
);

/** The frame of pages for those who are not signed in. */
export function Door({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const words = useWords();
  return (
    <Stack mih="100vh" p="md">
      <Group justify="flex-end" component="header">
        <Appearance />
      </Group>
      <Center flex={1} component="main">
        <Card w="100%" maw={400} p="xl" shadow="sm">
          <Stack gap="md">
            <Group gap={8}>
              <IconBox size={26} aria-hidden />
              <Text fw={700}>{words.app}</Text>
            </Group>
            <PageTitle size="h3">{title}</PageTitle>
            {children}
          </Stack>
        </Card>
      </Center>
    </Stack>
  );
}

/** Only our own addresses: a link must not lead a person who has just signed in to another site. */
function useGoal(): string {
  const { to } = route.useSearch();
  return to?.startsWith('/') && !to.startsWith('//') ? to : '/orders';
}

const methodsQuery = queryOptions({
  queryKey: ['sign-in methods'],
  queryFn: ({ signal }) => ask<SignInMethods>('/auth/methods', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Signing in at the provider, where there is one; it sends the browser back to the page that was wanted. */
function ByProvider() {
  const words = useWords();
  const to = useGoal();
  const { error: refused } = route.useSearch();
  const { data } = useQuery(methodsQuery);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  if (data === undefined || data.oidc === null) return null;
  const go = async () => {
    setBusy(true);
    setFailed(false);
    try {
      const body = { provider: 'oidc', callbackURL: to, errorCallbackURL: '/sign-in' };
      const { url } = await ask<{ url: string }>('/auth/sign-in/social', { method: 'POST', body });
      location.assign(url);
    } catch {
      setBusy(false);
      setFailed(true);
    }
  };
  return (
    <Stack gap="sm">
      <Divider label={words.signIn.or} />
      <Button variant="default" fullWidth loading={busy} onClick={() => void go()}>
        {words.signIn.withProvider(data.oidc.name)}
      </Button>
      {failed || refused !== undefined ? (
        <Text role="alert" fz="sm" className="late">
          {failed ? words.signIn.providerAway : words.signIn.providerRefused}
        </Text>
      ) : null}
    </Stack>
  );
}

export function SignInPage() {
  const words = useWords();
  const queryClient = useQueryClient();
  const router = useRouter();
  const to = useGoal();
  const done = async () => {
    await queryClient.invalidateQueries(meQuery);
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    router.history.push(to);
  };
  return (
    <Door title={words.signIn.title}>
      <SignInForm
        done={done}
        others={
          <>
            <TextLink to="/reset-password" fz="sm">
              {words.signIn.forgotten}
            </TextLink>
            {isDevelopment() ? (
              <Text fz="xs" c="dimmed">
                {words.signIn.hint}
              </Text>
            ) : null}
            <ByProvider />
          </>
        }
      />
    </Door>
  );
}
