import { Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask, problemOf } from '../api/client.ts';
import { meQuery } from '../api/session.ts';
import { Copy } from '../order/header.tsx';
import { fieldErrors } from '../parts/errors.ts';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { QrCode } from './qr.tsx';

/** Turning the second factor on (password, authenticator, code, backup codes) and off, and making new backup codes. */

type Begun = { readonly totpURI: string; readonly backupCodes: readonly string[] };
const begin = (password: string) => ask<Begun>('/auth/two-factor/enable', { method: 'POST', body: { password } });
const verify = (code: string) =>
  ask('/auth/two-factor/verify-totp', { method: 'POST', body: { code: code.replaceAll(' ', '') } });
const turnOff = (password: string) => ask('/auth/two-factor/disable', { method: 'POST', body: { password } });
const newCodes = (password: string) =>
  ask<Pick<Begun, 'backupCodes'>>('/auth/two-factor/generate-backup-codes', { method: 'POST', body: { password } });

/** What is done only by who knows the password. */
function ByPassword<Answer>({
  label,
  carryOut,
  done,
  back,
}: {
  readonly label: string;
  readonly carryOut: (password: string) => Promise<Answer>;
  readonly done: (answer: Answer) => void;
  readonly back?: () => void;
}) {
  const words = useWords();
  const [password, setPassword] = useState('');
  const { mutate, isPending, error } = useMutation({ mutationFn: () => carryOut(password), onSuccess: done });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const wrong = fieldErrors(words, error)['password'];
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={360}>
        <PasswordInput
          label={words.account.password}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          error={wrong}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error === null || wrong !== undefined ? null : <ProblemNote error={error} />}
        <Group>
          <Button type="submit" loading={isPending}>
            {label}
          </Button>
          {back === undefined ? null : (
            <Button variant="default" onClick={back}>
              {words.general.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function Enrolment({ begun, done }: { readonly begun: Begun; readonly done: () => void }) {
  const words = useWords();
  const [code, setCode] = useState('');
  const { mutate, isPending, error } = useMutation({ mutationFn: () => verify(code), onSuccess: done });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const secret = new URL(begun.totpURI).searchParams.get('secret') ?? '';
  const isWrong = error !== null && problemOf(error).code === 'sign_in_failed';
  return (
    <Stack gap="sm">
      <Text fz="sm">{words.account.scan}</Text>
      <QrCode text={begun.totpURI} label={words.account.qr} />
      <div>
        <Text fz="xs" c="dimmed">
          {words.account.secret}
        </Text>
        <Group gap={4} wrap="nowrap">
          <Code className="wrap-anywhere">{secret}</Code>
          <Copy value={secret} label={words.account.secret} />
        </Group>
      </div>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={360}>
          <TextInput
            label={words.signIn.code}
            description={words.signIn.codeHint}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            value={code}
            error={isWrong ? words.signIn.wrongCode : undefined}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          {error === null || isWrong ? null : <ProblemNote error={error} />}
          <Group>
            <Button type="submit" loading={isPending}>
              {words.account.turnOn}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

function BackupCodes({ codes }: { readonly codes: readonly string[] }) {
  const words = useWords();
  return (
    <Alert color="green" variant="light" role="status" title={words.account.codesOnce}>
      <Group align="flex-start" wrap="nowrap">
        <ul className="plain mono" aria-label={words.account.codes}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Copy value={codes.join('\n')} label={words.account.codes} />
      </Group>
    </Alert>
  );
}

export function SecondFactor({ enabled }: { readonly enabled: boolean }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [asked, setAsked] = useState<'off' | 'codes' | null>(null);
  const settle = async (shown: readonly string[] | null) => {
    await queryClient.invalidateQueries(meQuery);
    setCodes(shown);
    setBegun(null);
    setAsked(null);
  };
  return (
    <Stack gap="md">
      <Text fz="sm">{enabled ? words.account.isOn : words.account.isOff}</Text>
      {codes === null ? null : <BackupCodes codes={codes} />}
      {begun !== null ? (
        <Enrolment begun={begun} done={() => void settle(begun.backupCodes)} />
      ) : !enabled ? (
        <ByPassword label={words.account.begin} carryOut={begin} done={setBegun} />
      ) : asked === 'off' ? (
        <ByPassword
          label={words.account.turnOff}
          carryOut={turnOff}
          done={() => void settle(null)}
          back={() => setAsked(null)}
        />
      ) : asked === 'codes' ? (
        <ByPassword
          label={words.account.newCodes}
          carryOut={newCodes}
          done={({ backupCodes }) => void settle(backupCodes)}
          back={() => setAsked(null)}
        />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setAsked('codes')}>
            {words.account.newCodes}
          </Button>
          <Button variant="default" onClick={() => setAsked('off')}>
            {words.account.turnOff}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
