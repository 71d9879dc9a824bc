import { Alert, Button, Center, Code, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconMoodEmpty, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemOf } from '../api/client.ts';
import { useWords } from '../words/languages.tsx';
import { refusedIn } from './errors.ts';
import { TextLink } from './links.tsx';
import { PageTitle } from './page-title.tsx';
import { wrongIn } from './said.ts';

/** What a page shows when it has nothing to show yet, nothing at all, or a problem. Each keeps the height of what takes its place. */

export function LoadingRows({ rows = 8, height = 36 }: { readonly rows?: number; readonly height?: number }) {
  const words = useWords();
  return (
    <Stack gap={6} role="status" aria-label={words.general.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows that stand for nothing yet have no other name.
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </Stack>
  );
}

export function LoadingPage() {
  const words = useWords();
  return (
    <Stack p="md" role="status" aria-label={words.general.loading}>
      <Skeleton height={34} width={220} />
      <Skeleton height={42} />
      <LoadingRows />
    </Stack>
  );
}

export function Empty({
  title,
  hint,
  children,
  icon,
  isPage = false,
}: {
  readonly title: string;
  /** Nothing else is on the page. */
  readonly isPage?: boolean;
  readonly hint?: string;
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <Center mih={240} p="lg">
      <Stack align="center" gap="xs" maw={420}>
        <ThemeIcon size={56} radius="xl" variant="light" color="gray" aria-hidden>
          {icon ?? <IconMoodEmpty size={30} />}
        </ThemeIcon>
        {isPage ? (
          <PageTitle size="h4" ta="center">
            {title}
          </PageTitle>
        ) : (
          <Text fw={600} fz="lg" ta="center">
            {title}
          </Text>
        )}
        {hint === undefined ? null : (
          <Text c="dimmed" ta="center" fz="sm">
            {hint}
          </Text>
        )}
        {children}
      </Stack>
    </Center>
  );
}

/** Says what went wrong in a sentence, names wrong fields, and offers to try again. */
export function ProblemNote({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const words = useWords();
  const problem = problemOf(error);
  const isAway = problem.status === 0 || problem.status === 503;
  const title = problem.code === 'offline' ? words.problem.offline : refusedIn(words, problem);
  return (
    <Alert
      role="alert"
      color={isAway ? 'orange' : 'red'}
      variant="light"
      icon={isAway ? <IconPlugConnectedX aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={title === '' ? words.problem.title : title}
    >
      <Stack gap="xs" align="flex-start">
        {problem.errors === undefined ? null : (
          <ul className="plain">
            {problem.errors.map((one) => (
              <li key={`${one.field} ${one.message}`}>
                <Code>{one.field}</Code> {wrongIn(words, one)}
              </li>
            ))}
          </ul>
        )}
        {problem.request_id === undefined || problem.status < 500 ? null : (
          <Text fz="xs">{words.problem.requestId(problem.request_id)}</Text>
        )}
        {retry === undefined ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {words.general.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function ProblemPage({ error, reset }: { readonly error: unknown; readonly reset?: () => void }) {
  const words = useWords();
  return (
    <Stack p="md" maw={640} mx="auto" component="main">
      <PageTitle size="h3">{words.problem.title}</PageTitle>
      <ProblemNote error={error} retry={reset} />
    </Stack>
  );
}

export function NotFoundPage() {
  const words = useWords();
  return (
    <Stack p="xl" align="center" gap="xs" component="main">
      <PageTitle size="h3">{words.problem.notFound}</PageTitle>
      <Text c="dimmed">{words.problem.notFoundHint}</Text>
      <Group>
        <TextLink to="/orders">{words.problem.backToOrders}</TextLink>
      </Group>
    </Stack>
  );
}
