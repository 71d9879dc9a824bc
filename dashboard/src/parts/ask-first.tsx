import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useWords } from '../words/languages.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './states.tsx';

/** Asks once more before what cannot be taken back. When it is refused, the dialog stays and says why. */
export function AskFirst({
  title,
  text,
  button,
  act,
  list,
  close,
}: {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly act: () => Promise<unknown>;
  /** What is read anew afterwards, also when it was refused: it may be because of something that the page does not know yet. */
  readonly list: string;
  readonly close: () => void;
}) {
  const words = useWords();
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: close,
    onSettled: () => queryClient.invalidateQueries({ queryKey: [list] }),
  });
  return (
    <Dialog title={title} close={close} size="sm">
      <Stack gap="md">
        <Text fz="sm">{text}</Text>
        {error === null ? null : <ProblemNote error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {words.general.cancel}
          </Button>
          <Button color="red.9" loading={isPending} onClick={() => mutate()}>
            {button}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
