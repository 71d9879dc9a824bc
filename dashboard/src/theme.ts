import { Badge, Card, createTheme, Menu, mergeThemeOverrides, Notification, Table, Tooltip } from '@mantine/core';
import type { Words } from './words/en.ts';

/**
 * Shades at which white text on every colour, and coloured text on every ground, keeps a contrast of 4.5 : 1 in light and in dark
 * (measured with axe; the library's defaults do not).
 */
const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  luminanceThreshold: 0.179,
  respectReducedMotion: true,
  defaultRadius: 'md',
  fontFamily:
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none', radius: 'sm', fw: 600 } }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: 'md', radius: 'md' } }),
    // Beside its button and not at the end of the page: inside the landmark, and next in the order of the keyboard.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, withinPortal: false } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } },
    }),
  },
});

export const themeIn = (words: Words) =>
  mergeThemeOverrides(theme, {
    components: {
      Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': words.general.close } } }),
    },
  });

/** The nonce under which this page's style elements are allowed; in development there is no policy and none is needed. */
export function styleNonce(): string | undefined {
  const given = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content;
  return given === undefined || given.startsWith('%') ? undefined : given;
}

export const isDevelopment = (): boolean =>
  document.querySelector<HTMLMetaElement>('meta[name="development"]')?.content !== 'false';
