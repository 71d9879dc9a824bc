import { useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { MeView } from '../../../src/contracts/people.ts';
import { meQuery } from '../api/session.ts';

/** Who is signed in, on pages that are only for those who are; still who it was, when the session has ended behind the page. */
export const useMe = (): MeView => useRouteContext({ from: '/desk' }).me;

/** Whether the session was still there when the API was asked last. */
export const useIsSignedIn = (): boolean => useQuery({ ...meQuery, enabled: false }).data !== null;
