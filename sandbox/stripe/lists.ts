import { z } from 'zod';
import { missing } from './errors.ts';
import { integer, range, text, texts } from './params.ts';

interface Listed {
  readonly id: string;
  readonly created: number;
}

export interface PageParams {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
  readonly created?: z.output<typeof range> | undefined;
}

/** The parameters of a list call: its own filters and Stripe's paging. */
export const listParams =
  <P>() =>
  <S extends { readonly [K in keyof P]?: z.ZodType }>(
    shape: S & { readonly [K in Exclude<keyof S, keyof P>]: never },
  ) =>
    z.strictObject({
      ...(shape as S),
      limit: integer.optional(),
      starting_after: text.optional(),
      ending_before: text.optional(),
      created: range.optional(),
      expand: texts.optional(),
    });

function inRange(created: number, wanted: PageParams['created']): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'number') return created === wanted;
  const { gt, gte, lt, lte } = wanted;
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  );
}

/** One page, newest first. The map must be in order of creation, which insertion gives. */
export function pageOf<T extends Listed>(
  all: ReadonlyMap<string, T>,
  params: PageParams,
  keep: (item: T) => boolean = () => true,
): { readonly data: T[]; readonly hasMore: boolean } {
  const limit = Math.min(Math.max(params.limit ?? 10, 1), 100);
  const newestFirst = [...all.values()].reverse();
  const cursor = params.starting_after ?? params.ending_before;
  const at = cursor === undefined ? -1 : newestFirst.findIndex((item) => item.id === cursor);
  if (cursor !== undefined && at < 0) throw missing('object', cursor, 'starting_after');
  const backwards = params.starting_after === undefined && params.ending_before !== undefined;
  const span = backwards ? newestFirst.slice(0, at).reverse() : newestFirst.slice(at + 1);
  const found: T[] = [];
  for (const item of span) {
    if (found.length > limit) break;
    if (inRange(item.created, params.created) && keep(item)) found.push(item);
  }
  const data = found.slice(0, limit);
  return { data: backwards ? data.reverse() : data, hasMore: found.length > limit };
}

export interface ApiListBody<T> {
  readonly object: 'list';
  readonly data: T[];
  readonly has_more: boolean;
  readonly url: string;
}

export const listOf = <T>(url: string, data: T[], hasMore: boolean): ApiListBody<T> => ({
  object: 'list',
  data,
  has_more: hasMore,
  url,
});
