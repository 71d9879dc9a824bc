import { AppShell, Burger, Group, Kbd, Menu, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconBox,
  IconBuildingWarehouse,
  IconChartBar,
  IconFlask2,
  IconKeyboard,
  IconLogout,
  IconMessageChatbot,
  IconPackage,
  IconPhoneCall,
  IconSettings,
  IconShieldLock,
  IconUserCircle,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { MeView } from '../../../src/contracts/people.ts';
import { ask } from '../api/client.ts';
import { hasScope } from '../api/session.ts';
import { usePageKeys } from '../parts/keys.ts';
import { MenuLink, TextLink } from '../parts/links.tsx';
import { isDevelopment } from '../theme.ts';
import { useWords } from '../words/languages.tsx';
import { Appearance } from './appearance.tsx';
import { Bell } from './bell.tsx';
import { useMe } from './me.ts';
import { LiveMark, useNews } from './news.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { SignedOut } from './signed-out.tsx';

/** The frame around every page for those who are signed in. */

const isOfStore = ({ role }: MeView): boolean =>
  role === 'owner' || role === 'staff' || role === 'agent' || role === 'service';

function Navigation({ close }: { readonly close: () => void }) {
  const words = useWords();
  const me = useMe();
  const { pathname } = useLocation();
  const at = (path: string): boolean => pathname === path || pathname.startsWith(`${path}/`);
  const item = (
    to: '/orders' | '/exceptions' | '/calls' | '/inventory' | '/proposals' | '/overview' | '/settings' | '/simulator',
    label: string,
    icon: ReactNode,
    shown = true,
  ) =>
    shown ? (
      <MenuLink
        to={to}
        label={label}
        leftSection={icon}
        active={at(to)}
        aria-current={at(to) ? 'page' : undefined}
        onClick={close}
        variant="light"
        className="nav-link"
      />
    ) : null;
  const store = isOfStore(me);
  return (
    <>
      {item('/orders', words.nav.orders, <IconPackage size={18} aria-hidden />, hasScope(me, 'orders:read'))}
      {item(
        '/exceptions',
        words.nav.exceptions,
        <IconAlertTriangle size={18} aria-hidden />,
        store && hasScope(me, 'exceptions:read'),
      )}
      {item('/calls', words.nav.calls, <IconPhoneCall size={18} aria-hidden />, store && hasScope(me, 'orders:read'))}
      {item(
        '/inventory',
        words.nav.inventory,
        <IconBuildingWarehouse size={18} aria-hidden />,
        store && hasScope(me, 'inventory:read'),
      )}
      {item(
        '/proposals',
        words.nav.proposals,
        <IconMessageChatbot size={18} aria-hidden />,
        store && hasScope(me, 'proposals:read'),
      )}
      {item(
        '/overview',
        words.nav.overview,
        <IconChartBar size={18} aria-hidden />,
        store && hasScope(me, 'orders:read'),
      )}
      {item(
        '/settings',
        words.nav.settings,
        <IconSettings size={18} aria-hidden />,
        store && ['policies:read', 'people:read', 'keys:read', 'catalogue:read'].some((scope) => hasScope(me, scope)),
      )}
      {item(
        '/simulator',
        words.nav.simulator,
        <IconFlask2 size={18} aria-hidden />,
        store && isDevelopment() && hasScope(me, 'orders:create'),
      )}
    </>
  );
}

function Account({ showKeys }: { readonly showKeys: () => void }) {
  const words = useWords();
  const me = useMe();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    await ask('/auth/sign-out', { method: 'POST', body: {} }).catch(() => undefined);
    queryClient.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <UnstyledButton aria-label={`${words.header.account}: ${me.name}`}>
          <Group gap={6} wrap="nowrap">
            <IconUserCircle size={22} aria-hidden />
            <Text fz="sm" className="hide-small" maw={160} truncate>
              {me.name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.email ?? me.name} · {words.role[me.role]}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconShieldLock size={16} aria-hidden />}
          onClick={() => void navigate({ to: '/account' })}
        >
          {words.header.account}
        </Menu.Item>
        <Menu.Item
          className="hide-small"
          leftSection={<IconKeyboard size={16} aria-hidden />}
          rightSection={<Kbd size="xs">?</Kbd>}
          onClick={showKeys}
        >
          {words.header.shortcuts}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
          {words.header.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Desk() {
  const words = useWords();
  const me = useMe();
  const connection = useNews();
  const [opened, { toggle, close }] = useDisclosure();
  const [keysShown, keys] = useDisclosure();
  // Where the question mark is on a key of its own, and where it needs Shift.
  usePageKeys([
    ['shift+?', keys.open],
    ['?', keys.open],
  ]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#content" className="skip">
        {words.skip}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.nav.menu} />
            <TextLink to="/orders" underline="never" c="inherit">
              <Group gap={8} wrap="nowrap">
                <IconBox size={24} aria-hidden />
                <Text fw={700}>{words.app}</Text>
              </Group>
            </TextLink>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveMark connection={connection} />
            {isOfStore(me) || me.role === 'seller' ? <Bell /> : null}
            <Appearance />
            <Account showKeys={keys.open} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={words.nav.main}>
        <Navigation close={close} />
      </AppShell.Navbar>
      <SignedOut />
      {keysShown ? <Shortcuts close={keys.close} /> : null}
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
