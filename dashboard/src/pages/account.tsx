import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { SecondFactor } from '../account/second-factor.tsx';
import { meQuery } from '../api/session.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { useMe } from '../shell/me.ts';
import { useWords } from '../words/languages.tsx';

/** What a person keeps for themselves: who they are here, and their second factor. */
export function AccountPage() {
  const words = useWords();
  const entered = useMe();
  const { data } = useQuery(meQuery);
  const me = data ?? entered;
  return (
    <Stack gap="md" maw={640}>
      <div>
        <PageTitle>{words.account.title}</PageTitle>
        <Text fz="sm" c="dimmed" className="wrap-anywhere">
          {[me.name, me.email, words.role[me.role]].filter((part) => part !== null).join(' · ')}
        </Text>
      </div>
      {me.kind === 'person' ? (
        <Card component="section" aria-labelledby="second-factor">
          <Title order={2} size="h5" mb="sm" id="second-factor">
            {words.account.secondFactor}
          </Title>
          <SecondFactor enabled={me.two_factor_enabled === true} />
        </Card>
      ) : null}
    </Stack>
  );
}
