import { Card, Grid, Group, Select, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EmailPreview, EmailPreviewList } from '../../../src/contracts/email-previews.ts';
import { ask, queryOf } from '../api/client.ts';
import { LoadingRows, ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';

/** Every mail, in every language it is written in, as its reader sees it. */

const address = (name: string, language: string): string =>
  `/v1/emails/previews/${encodeURIComponent(name)}${queryOf({ language })}`;
const listQuery = (language: string) =>
  queryOptions({
    queryKey: ['emails', language],
    queryFn: ({ signal }) => ask<EmailPreviewList>(`/v1/emails/previews${queryOf({ language })}`, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
const mailQuery = (name: string, language: string) =>
  queryOptions({
    queryKey: ['emails', language, name],
    queryFn: ({ signal }) => ask<EmailPreview>(address(name, language), { signal }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** `pt-BR` in its own language. */
const languageName = (tag: string): string => new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;

function Mail({ name, language }: { readonly name: string; readonly language: string }) {
  const words = useWords();
  const { data, error, refetch } = useQuery(mailQuery(name, language));
  if (error !== null) return <ProblemNote error={error} retry={() => void refetch()} />;
  if (data === undefined) return <LoadingRows height={60} />;
  return (
    <Card component="section" aria-label={words.settings.emailPreview}>
      <Text fz="xs" c="dimmed">
        {words.settings.emailSubject}
      </Text>
      <Title order={2} size="h5" mb="sm" lang={data.language} dir="auto">
        {data.subject}
      </Title>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Title order={3} size="h6" mb={4}>
            {words.settings.emailHtml}
          </Title>
          {/* A document of its own, with a policy of its own: nothing in it runs, and nothing is loaded. */}
          <iframe
            className="mail"
            title={words.settings.emailFrame(data.subject)}
            src={address(name, language)}
            sandbox=""
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Title order={3} size="h6" mb={4}>
            {words.settings.emailText}
          </Title>
          <pre className="mail-text" lang={data.language} dir="auto">
            {data.text}
          </pre>
        </Grid.Col>
      </Grid>
    </Card>
  );
}

export function Emails() {
  const words = useWords();
  const [language, setLanguage] = useState('en');
  const [chosen, choose] = useState('confirmation');
  const { data, error, refetch } = useQuery(listQuery(language));
  if (error !== null) return <ProblemNote error={error} retry={() => void refetch()} />;
  if (data === undefined) return <LoadingRows />;
  const readers = ['buyer', 'person', 'staff', 'seller'] as const;
  const mails = readers.map((reader) => ({
    group: words.settings.emailFor[reader],
    items: data.data
      .filter((one) => one.for === reader)
      .map(({ name }) => ({ value: name, label: words.emailName[name] ?? name.replaceAll(/[_-]/g, ' ') })),
  }));
  return (
    <Stack gap="md">
      <Group align="flex-end">
        <Select
          label={words.settings.emailKind}
          w={{ base: '100%', xs: 300 }}
          data={mails}
          value={chosen}
          allowDeselect={false}
          searchable
          onChange={(name) => name !== null && choose(name)}
        />
        <Select
          label={words.settings.emailLanguage}
          w={{ base: '100%', xs: 220 }}
          data={data.languages.map((tag) => ({ value: tag, label: languageName(tag) }))}
          value={language}
          allowDeselect={false}
          onChange={(tag) => tag !== null && setLanguage(tag)}
        />
      </Group>
      <Mail name={chosen} language={language} />
    </Stack>
  );
}
