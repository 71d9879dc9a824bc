import { Notifications } from '@mantine/notifications';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { meQuery } from './api/session.ts';
import { ORDER_FILTERS } from './orders/filters.ts';
import { LoadingPage, NotFoundPage, ProblemPage } from './parts/states.tsx';
import { Desk } from './shell/desk.tsx';

/** Every address of the dashboard. What a page shows of a list (filters, sort, page) is in its query, so that it can be sent to somebody. */

type Search<Name extends string> = { readonly [Key in Name]?: string };
/** Keeps the known names of a query, as text. */
const texts =
  <Name extends string>(...names: readonly Name[]) =>
  (given: Record<string, unknown>): Search<Name> =>
    Object.fromEntries(
      names.flatMap((name) => (typeof given[name] === 'string' && given[name] !== '' ? [[name, given[name]]] : [])),
    ) as Search<Name>;

/** Notes of what has been done or has happened lie over every page, and may link to others. */
function Root() {
  return (
    <>
      <Notifications position="bottom-right" autoClose={6000} containerWidth={380} />
      <Outlet />
    </>
  );
}

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFoundPage,
});

/** Pages for those who are signed in. */
const desk = createRoute({
  getParentRoute: () => root,
  id: 'desk',
  component: Desk,
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.ensureQueryData({ ...meQuery, revalidateIfStale: true });
    if (me === null) throw redirect({ to: '/sign-in', search: { to: location.href } });
    return { me };
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/orders' });
  },
});

const orders = createRoute({
  getParentRoute: () => desk,
  path: '/orders',
  validateSearch: texts(...ORDER_FILTERS, 'cursor', 'page'),
  component: lazyRouteComponent(() => import('./pages/orders.tsx'), 'OrdersPage'),
});
const order = createRoute({
  getParentRoute: () => desk,
  path: '/orders/$number',
  validateSearch: texts('act'),
  component: lazyRouteComponent(() => import('./pages/order.tsx'), 'OrderPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: texts('to', 'error'),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
});
const forgottenPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./pages/reset-password.tsx'), 'ForgottenPasswordPage'),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password/$token',
  component: lazyRouteComponent(() => import('./pages/reset-password.tsx'), 'ResetPasswordPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('./pages/invitation.tsx'), 'InvitationPage'),
});

const exceptions = createRoute({
  getParentRoute: () => desk,
  path: '/exceptions',
  validateSearch: texts('status', 'kind', 'severity', 'claimed', 'overdue', 'sort', 'cursor', 'page', 'id'),
  component: lazyRouteComponent(() => import('./pages/exceptions.tsx'), 'ExceptionsPage'),
});
const calls = createRoute({
  getParentRoute: () => desk,
  path: '/calls',
  validateSearch: texts('order', 'cursor', 'page'),
  component: lazyRouteComponent(() => import('./pages/calls.tsx'), 'CallsPage'),
});
const inventory = createRoute({
  getParentRoute: () => desk,
  path: '/inventory',
  validateSearch: texts('sku', 'location', 'low', 'cursor', 'page', 'movements'),
  component: lazyRouteComponent(() => import('./pages/inventory.tsx'), 'InventoryPage'),
});
const proposals = createRoute({
  getParentRoute: () => desk,
  path: '/proposals',
  validateSearch: texts('status', 'cursor', 'page'),
  component: lazyRouteComponent(() => import('./pages/proposals.tsx'), 'ProposalsPage'),
});

const overview = createRoute({
  getParentRoute: () => desk,
  path: '/overview',
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
});
const simulator = createRoute({
  getParentRoute: () => desk,
  path: '/simulator',
  component: lazyRouteComponent(() => import('./pages/simulator.tsx'), 'SimulatorPage'),
});
const settings = createRoute({
  getParentRoute: () => desk,
  path: '/settings',
  validateSearch: texts('part', 'store'),
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});
const account = createRoute({
  getParentRoute: () => desk,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'AccountPage'),
});
const track = createRoute({
  getParentRoute: () => root,
  path: '/track/$token',
  component: lazyRouteComponent(() => import('./pages/track.tsx'), 'TrackPage'),
});

export const routes = root.addChildren([
  track,
  home,
  signIn,
  forgottenPassword,
  resetPassword,
  invitation,
  desk.addChildren([orders, order, exceptions, calls, inventory, proposals, overview, simulator, settings, account]),
]);

/** Queries are plain text, as the API reads them: `?q=123` looks for a text and not for a number. */
const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));
const stringifySearch = (search: Record<string, string | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};

export const createDeskRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: routes,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingComponent: LoadingPage,
    defaultErrorComponent: ProblemPage,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDeskRouter>;
  }
}
