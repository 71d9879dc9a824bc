import { Anchor, Button, Card, Center, Divider, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconBox } from '@tabler/icons-react';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SignInMethods } from '../../../src/contracts/people.ts';
import { ask, problemOf } from '../api/client.ts';
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

type Step = 'password' | 'code' | 'backup';
const VERIFY = { code: '/auth/two-factor/verify-totp', backup: '/auth/two-factor/verify-backup-code' } as const;

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

function useSignIn() {
  const words = useWords();
  const queryClient = useQueryClient();
  const router = useRouter();
  const to = useGoal();
  const [step, setStep] = useState<Step>('password');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const explain = (failure: unknown): string => {
    const { status } = problemOf(failure);
    if (status === 0) return words.problem.offline;
    if (status === 429) return words.signIn.locked;
    if (status >= 500) return words.problem.server;
    return step === 'password' ? words.signIn.wrong : words.signIn.wrongCode;
  };
  const submit = async (given: { email: string; password: string; code: string }) => {
    setBusy(true);
    setError(null);
    try {
      if (step === 'password') {
        const { email, password } = given;
        const answer = await ask<{ twoFactorRedirect?: boolean } | null>('/auth/sign-in/email', {
          method: 'POST',
          body: { email, password },
        });
        if (answer?.twoFactorRedirect === true) {
          setStep('code');
          return;
        }
      } else await ask(VERIFY[step], { method: 'POST', body: { code: given.code.replaceAll(' ', '') } });
      await queryClient.invalidateQueries(meQuery);
      await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
      router.history.push(to);
    } catch (failure) {
      setError(explain(failure));
    } finally {
      setBusy(false);
    }
  };
  return { step, setStep, error, busy, submit };
}

export function SignInPage() {
  const words = useWords();
  const { step, setStep, error, busy, submit } = useSignIn();
  const [given, setGiven] = useState({ email: '', password: '', code: '' });
  const set = (name: keyof typeof given) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setGiven((before) => ({ ...before, [name]: value }));
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    void submit(given);
  };
  return (
    <Door title={words.signIn.title}>
      <form onSubmit={send}>
        <Stack gap="sm">
          {step === 'password' ? (
            <>
              <TextInput
                label={words.signIn.email}
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
                value={given.email}
                onChange={set('email')}
              />
              <PasswordInput
                label={words.signIn.password}
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={given.password}
                onChange={set('password')}
              />
            </>
          ) : (
            <>
              <TextInput
                label={step === 'code' ? words.signIn.code : words.signIn.backupCode}
                description={step === 'code' ? words.signIn.codeHint : undefined}
                inputMode={step === 'code' ? 'numeric' : 'text'}
                autoComplete="one-time-code"
                required
                withAsterisk={false}
                autoFocus
                value={given.code}
                onChange={set('code')}
              />
              <Anchor
                component="button"
                type="button"
                fz="sm"
                onClick={() => setStep(step === 'code' ? 'backup' : 'code')}
              >
                {step === 'code' ? words.signIn.backupCode : words.signIn.appCode}
              </Anchor>
            </>
          )}
          {error === null ? null : (
            <Text role="alert" fz="sm" className="late">
              {error}
            </Text>
          )}
          <Button type="submit" fullWidth loading={busy}>
            {step === 'password' ? words.signIn.submit : words.signIn.verify}
          </Button>
          {step === 'password' ? (
            <TextLink to="/reset-password" fz="sm">
              {words.signIn.forgotten}
            </TextLink>
          ) : null}
          {isDevelopment() && step === 'password' ? (
            <Text fz="xs" c="dimmed">
              {words.signIn.hint}
            </Text>
          ) : null}
        </Stack>
      </form>
      {step === 'password' ? <ByProvider /> : null}
    </Door>
  );
}
