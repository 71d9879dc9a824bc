import { useRouteContext } from '@tanstack/react-router';
import type { Me } from '../api/session.ts';

/** Who is signed in, on pages that are only for those who are. */
export const useMe = (): Me => useRouteContext({ from: '/desk' }).me;
