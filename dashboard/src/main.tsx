import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './desk.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { type ReactNode, StrictMode, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem, onSessionRefused } from './api/client.ts';
import { askWhoIsSignedIn, meQuery } from './api/session.ts';
import { createDeskRouter } from './router.tsx';
import { styleNonce, themeIn } from './theme.ts';
import { Languages, useWords } from './words/languages.tsx';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused it refuses again; what did not reach it is tried until it does.
      retry: (failures, error) => error instanceof ApiProblem && error.problem.status === 0 && failures < 20,
      retryDelay: (failures) => Math.min(1000 * 2 ** failures, 10_000),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
// Asked anew rather than believed: a refusal may come late, when somebody has signed in again.
onSessionRefused(() => {
  if (queryClient.getQueryData(meQuery.queryKey) != null) void askWhoIsSignedIn(queryClient);
});
const router = createDeskRouter(queryClient);

const nonce = styleNonce();
if (nonce !== undefined) setNonce(nonce); // for the style element that keeps the page still behind a dialog
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** The components' own words (a close button) are in the reader's language too. */
function Themed({ children }: { readonly children: ReactNode }) {
  const words = useWords();
  const spoken = useMemo(() => themeIn(words), [words]);
  return (
    <MantineProvider
      theme={spoken}
      defaultColorScheme="auto"
      getStyleNonce={nonce === undefined ? undefined : () => nonce}
    >
      {children}
    </MantineProvider>
  );
}

createRoot(root).render(
  <StrictMode>
    <Languages>
      <Themed>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Themed>
    </Languages>
  </StrictMode>,
);
