import { useRouteContext } from '@tanstack/react-router';
import type { MeView } from '../../../src/contracts/people.ts';

/** Who is signed in, on pages that are only for those who are. */
export const useMe = (): MeView => useRouteContext({ from: '/desk' }).me;
