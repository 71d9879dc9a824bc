import { Modal, Stack, Text } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { focusManager, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import { SignInForm } from '../account/sign-in-form.tsx';
import { askWhoIsSignedIn } from '../api/session.ts';
import { TextLink } from '../parts/links.tsx';
import { useWords } from '../words/languages.tsx';
import { useIsSignedIn, useMe } from './me.ts';

/** What is asked of whose session has ended: to sign in again, over the page, so that what was entered on it is still there. */

function Again() {
  const words = useWords();
  const me = useMe();
  const queryClient = useQueryClient();
  const { href } = useLocation();
  const goOn = async () => {
    const now = await askWhoIsSignedIn(queryClient);
    if (now === null) return;
    // To somebody else the page as it stands is not to be shown.
    if (now.id !== me.id) location.reload();
    else await queryClient.invalidateQueries();
  };
  useWindowEvent('focus', () => void goOn()); // they may have signed in in another tab
  useEffect(() => {
    focusManager.setFocused(false); // lists that are asked for every few seconds rest
    return () => focusManager.setFocused(undefined);
  }, []);
  return (
    <Modal.Root opened onClose={() => undefined} closeOnClickOutside={false} size="sm">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Stack gap="md">
            <Modal.Title fw={650} fz="lg">
              {words.signedOut.title}
            </Modal.Title>
            <Text fz="sm">{words.signedOut.hint}</Text>
            <SignInForm
              email={me.email ?? ''}
              done={goOn}
              others={
                <TextLink to="/sign-in" search={{ to: href }} fz="sm">
                  {words.signedOut.otherwise}
                </TextLink>
              }
            />
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

export function SignedOut() {
  const isSignedIn = useIsSignedIn();
  const hold = useEffectEvent((event: KeyboardEvent) => {
    if (!isSignedIn && event.key === 'Escape') event.stopImmediatePropagation();
  });
  // Listens before any dialog of a page does: Escape would close the one behind, with what was entered in it.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => hold(event);
    window.addEventListener('keydown', listener, { capture: true });
    return () => window.removeEventListener('keydown', listener, { capture: true });
  }, []);
  return isSignedIn ? null : <Again />;
}
