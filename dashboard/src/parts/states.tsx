import { Alert, Button, Center, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconMoodEmpty, IconPlugConnectedX } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Problem } from '../../../src/contracts/order-view.ts';
import { problemOf } from '../api/client.ts';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/languages.tsx';
import { errorsBeside, fieldName, refusedIn } from './errors.ts';
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

/** What a server in between says (502, in HTML) is no sentence for people. */
function sentenceOf(words: Words, problem: Problem): string {
  if (problem.code === 'offline') return words.problem.offline;
  return problem.code === 'unknown' && problem.status >= 500 ? words.problem.server : refusedIn(words, problem);
}

/** Says what went wrong in a sentence, names wrong fields, and offers to try again. Nothing that stands at the fields already. */
export function ProblemNote({
  error,
  retry,
  shown = [],
}: {
  readonly error: unknown;
  readonly retry?: () => void;
  /** Fields at which the form says itself what is wrong. */
  readonly shown?: readonly string[];
}) {
  const words = useWords();
  const problem = problemOf(error);
  const errors = errorsBeside(problem.errors ?? [], shown);
  if (problem.code === 'invalid_fields' && errors.length === 0 && problem.errors !== undefined) return null;
  const isAway = problem.status === 0 || problem.status === 503;
  const title = sentenceOf(words, problem);
  return (
    <Alert
      role="alert"
      color={isAway ? 'orange' : 'red'}
      variant="light"
      icon={isAway ? <IconPlugConnectedX aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={title === '' ? words.problem.title : title}
    >
      <Stack gap="xs" align="flex-start">
        {errors.length === 0 ? null : (
          <ul className="plain">
            {errors.map((one) => (
              <li key={`${one.field} ${one.message}`}>
                <b>{fieldName(words, one.field)}</b> {wrongIn(words, one)}
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

type Asked<Answer> = Pick<UseQueryResult<Answer>, 'data' | 'error' | 'refetch'>;
type Answering<Answer> = {
  readonly asked: Asked<Answer>;
  /** What stands for the answer until it is there. */
  readonly loading?: ReactNode;
};

/** What the API answered: what went wrong before all else, then the answer, also an older one, or what stands for it. */
export function Answered<Answer>({
  asked: { data, error, refetch },
  loading = <LoadingRows />,
  children,
}: Answering<Answer> & { readonly children: (answer: Answer) => ReactNode }) {
  return (
    <>
      {error === null ? null : <ProblemNote error={error} retry={() => void refetch()} />}
      {data !== undefined ? children(data) : error === null ? loading : null}
    </>
  );
}

/** The same of a list. That there is nothing is only said when the last answer said so. */
export function AnsweredList<Item>({
  asked,
  loading,
  empty,
  children,
}: Answering<{ readonly data: readonly Item[] }> & {
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}) {
  return (
    <Answered asked={asked} loading={loading}>
      {({ data }) => (data.length > 0 ? children(data) : asked.error === null ? empty : null)}
    </Answered>
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
