import { Code } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../words/languages.tsx';

/** What has no words, as it was written down, for whoever asks to see it. */
export function Details({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  if (Object.keys(of).length === 0) return null;
  return (
    <details className="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.general.details}</summary>
      {isOpen ? (
        <Code block dir="ltr" className="wrap-anywhere">
          {JSON.stringify(of, null, 1)}
        </Code>
      ) : null}
    </details>
  );
}
