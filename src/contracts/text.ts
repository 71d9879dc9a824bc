import { z } from 'zod';

/** NUL and halves of surrogate pairs: PostgreSQL keeps neither, so they are refused with the field's name before anything is written. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

const STORABLE = 'must not contain NUL or broken Unicode characters';

/** Free text of a caller, in any script. */
export const text = () => z.string().refine(isStorable, STORABLE);

/** An address of the web. */
export const Link = z.url({ protocol: /^https?$/ }).refine(isStorable, STORABLE);
