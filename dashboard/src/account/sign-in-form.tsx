import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ask, problemOf } from '../api/client.ts';
import { useWords } from '../words/languages.tsx';

type Step = 'password' | 'code' | 'backup';
const VERIFY = { code: '/auth/two-factor/verify-totp', backup: '/auth/two-factor/verify-backup-code' } as const;

function useSignIn(done: () => Promise<void>) {
  const words = useWords();
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
      await done();
    } catch (failure) {
      setError(explain(failure));
    } finally {
      setBusy(false);
    }
  };
  return { step, setStep, error, busy, submit };
}

/** Password, and the second factor of who has one. `others`: what there is beside the password. */
export function SignInForm({
  email = '',
  done,
  others,
}: {
  readonly email?: string;
  readonly done: () => Promise<void>;
  readonly others: ReactNode;
}) {
  const words = useWords();
  const { step, setStep, error, busy, submit } = useSignIn(done);
  const [given, setGiven] = useState({ email, password: '', code: '' });
  const set = (name: keyof typeof given) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setGiven((before) => ({ ...before, [name]: value }));
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    void submit(given);
  };
  return (
    <>
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
                autoFocus={email === ''}
                value={given.email}
                onChange={set('email')}
              />
              <PasswordInput
                label={words.signIn.password}
                autoComplete="current-password"
                data-autofocus={email !== '' || undefined}
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
        </Stack>
      </form>
      {step === 'password' ? others : null}
    </>
  );
}
