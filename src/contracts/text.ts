import { z } from 'zod';

/** NUL and halves of surrogate pairs: PostgreSQL keeps neither, so they are refused with the field's name before anything is written. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** Free text of a caller; any script, any length that the field allows. */
export const text = () => z.string().refine(isStorable, 'must not contain NUL or broken Unicode characters');
