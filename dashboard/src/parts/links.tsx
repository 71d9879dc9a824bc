import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

/** Links of the router in the components' clothes; a misspelt address does not compile. */

type Html = ComponentPropsWithRef<'a'>;
export const TextLink = createLink((props: AnchorProps & Omit<Html, keyof AnchorProps>) => <Anchor {...props} />);
export const ButtonLink = createLink((props: ButtonProps & Omit<Html, keyof ButtonProps>) => (
  <Button component="a" {...props} />
));
export const MenuLink = createLink((props: NavLinkProps & Omit<Html, keyof NavLinkProps>) => (
  <NavLink component="a" {...props} />
));
