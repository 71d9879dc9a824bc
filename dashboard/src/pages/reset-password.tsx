import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, problemOf } from '../api/client.ts';
import { fieldErrors } from '../parts/errors.ts';
import { TextLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { Door, Said } from './sign-in.tsx';

const route = getRouteApi('/reset-password/$token');

/** Asks for the mail. The answer is the same whether there is such a person or not. */
export function ForgottenPasswordPage() {
  const words = useWords();
  const [email, setEmail] = useState('');
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => ask('/auth/request-password-reset', { method: 'POST', body: { email: email.trim() } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const wrong = fieldErrors(words, error);
  return (
    <Door title={words.resetPassword.title}>
      {isSuccess ? (
        <Said link={<TextLink to="/sign-in">{words.signIn.title}</TextLink>}>{words.resetPassword.sent}</Said>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text fz="sm" c="dimmed">
              {words.resetPassword.intro}
            </Text>
            <TextInput
              label={words.signIn.email}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
              autoFocus
              value={email}
              error={wrong['email']}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            {error === null || wrong['email'] !== undefined ? null : <ProblemNote error={error} />}
            <Button type="submit" loading={isPending}>
              {words.resetPassword.send}
            </Button>
            <TextLink to="/sign-in" fz="sm">
              {words.signIn.title}
            </TextLink>
          </Stack>
        </form>
      )}
    </Door>
  );
}

/** Where the link of the mail leads. */
export function ResetPasswordPage() {
  const words = useWords();
  const { token } = route.useParams();
  const [password, setPassword] = useState('');
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => ask('/auth/reset-password', { method: 'POST', body: { token, newPassword: password } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const wrong = fieldErrors(words, error)['newPassword'];
  const isOver = error !== null && problemOf(error).code === 'link_invalid';
  return (
    <Door title={words.resetPassword.title}>
      {isSuccess ? (
        <Said link={<TextLink to="/sign-in">{words.signIn.title}</TextLink>}>{words.resetPassword.done}</Said>
      ) : isOver ? (
        <Stack role="alert">
          <Text>{words.resetPassword.invalid}</Text>
          <TextLink to="/reset-password">{words.resetPassword.again}</TextLink>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <PasswordInput
              label={words.resetPassword.password}
              description={words.resetPassword.hint}
              autoComplete="new-password"
              minLength={12}
              required
              withAsterisk={false}
              autoFocus
              value={password}
              error={wrong}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {error === null || wrong !== undefined ? null : <ProblemNote error={error} />}
            <Button type="submit" loading={isPending}>
              {words.resetPassword.submit}
            </Button>
          </Stack>
        </form>
      )}
    </Door>
  );
}
