import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, problemOf } from '../api/client.ts';
import { fieldErrors } from '../parts/errors.ts';
import { TextLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/states.tsx';
import { useWords } from '../words/languages.tsx';
import { Door, Said } from './sign-in.tsx';

const route = getRouteApi('/invitation/$token');

/** Somebody who was invited chooses their name and password. */
export function InvitationPage() {
  const words = useWords();
  const { token } = route.useParams();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [state, setState] = useState<'open' | 'busy' | 'accepted' | 'invalid'>('open');
  const [error, setError] = useState<unknown>(null);
  const accept = async (event: FormEvent) => {
    event.preventDefault();
    setState('busy');
    setError(null);
    try {
      await ask('/auth-links/invitations/accept', { method: 'POST', body: { token, name: name.trim(), password } });
      setState('accepted');
    } catch (failure) {
      const { status } = problemOf(failure);
      setState(status === 404 || status === 409 || status === 410 ? 'invalid' : 'open');
      setError(failure);
    }
  };
  const wrong = fieldErrors(words, error);
  return (
    <Door title={words.invitation.title}>
      {state === 'accepted' ? (
        <Said link={<TextLink to="/sign-in">{words.signIn.title}</TextLink>}>{words.invitation.accepted}</Said>
      ) : state === 'invalid' ? (
        <Text role="alert">{words.invitation.invalid}</Text>
      ) : (
        <form onSubmit={(event) => void accept(event)}>
          <Stack gap="sm">
            <Text fz="sm" c="dimmed">
              {words.invitation.intro}
            </Text>
            <TextInput
              label={words.invitation.name}
              autoComplete="name"
              required
              withAsterisk={false}
              value={name}
              error={wrong['name']}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label={words.invitation.password}
              autoComplete="new-password"
              minLength={12}
              required
              withAsterisk={false}
              value={password}
              error={wrong['password']}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {error === null ? null : <ProblemNote error={error} shown={['name', 'password']} />}
            <Button type="submit" loading={state === 'busy'}>
              {words.invitation.submit}
            </Button>
          </Stack>
        </form>
      )}
    </Door>
  );
}
