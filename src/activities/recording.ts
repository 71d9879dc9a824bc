import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Db } from '../db/database.ts';
import { readOrder } from '../db/order-reader.ts';
import { recordTransition, StaleOrder } from '../db/record.ts';
import type { Draft } from '../domain/draft.ts';
import { dutiesOf } from '../domain/duties.ts';
import { evolveAll } from '../domain/evolve.ts';
import type { Fact } from '../domain/facts.ts';
import { decideNews, type News } from '../domain/news.ts';
import type { Order } from '../domain/order.ts';
import { recentOrder, remember } from './recent-orders.ts';
import { reserve } from './reservation.ts';

/**
 * What a step at a partner has learnt is decided on and recorded by the step itself, against the record's version, and the workflow
 * is told the facts. So an order takes one round through the workflow for each step, where telling, deciding and recording took two.
 */

/** What became of the order: `facts` lead on from its version `from`. */
export type Outcome = { readonly from: number; readonly facts: readonly Fact[] };

/** Each time somebody else has recorded something in between; they are people and partners, so it is seldom more than one. */
const TRIES = 10;

/**
 * SQLSTATE classes of data that cannot be and of broken rules: trying again would break them again. Not a key that stands
 * already (23505): that is two tries at the same moment, and the next one sees what the other has written.
 */
const BROKEN_RULE = /^(22|23(?!505))/;

/** Our own database's errors by meaning; what is not named here is trouble that passes, and is tried again. */
export function meaningOf(error: unknown): unknown {
  if (error instanceof StaleOrder) return ApplicationFailure.nonRetryable(error.message, 'StaleOrder');
  // What cannot even be written, such as a moment beyond every calendar.
  if (error instanceof RangeError)
    return ApplicationFailure.nonRetryable(`The record cannot hold this: ${error.message}`, 'Unrecordable');
  const { code, constraint, message } = error as { code?: string; constraint?: string; message?: string };
  if (code === undefined || !BROKEN_RULE.test(code)) return error;
  const context = { sqlstate: code, constraint: constraint ?? null };
  return ApplicationFailure.nonRetryable(`The record refuses this: ${message ?? code}`, 'Unrecordable', context);
}

async function load(db: Db, number: string): Promise<Order> {
  const record = await readOrder(db, number);
  if (record === null) throw ApplicationFailure.nonRetryable(`${number} is not recorded.`, 'order_not_found');
  return record.order;
}

/**
 * The order no older than at this version. Only the first try of a step goes on from what this process has recorded: by the next one
 * the order may long have been moved on by others.
 */
export async function orderSince(db: Db, number: string, version: number): Promise<Order> {
  const recent = Context.current().info.attempt === 1 ? recentOrder(db, number) : undefined;
  return recent !== undefined && recent.version >= version ? recent : load(db, number);
}

/** What makes an order payable takes its stock as well. Null when an earlier try has recorded it. */
async function record(db: Db, before: Order, draft: Draft, at: number): Promise<readonly Fact[] | null> {
  if (dutiesOf(draft.order).some((duty) => duty.do === 'reserve')) return reserve(db, before, draft, at);
  return (await recordTransition(db, before, draft.order, draft.facts)) ? draft.facts : null;
}

/** Records what the news leads to; null when the record stood elsewhere. */
async function recordOn(db: Db, before: Order, news: News): Promise<readonly Fact[] | null> {
  const at = Date.now();
  const draft = decideNews(before, news, at);
  if (draft.facts.length === 0) return [];
  try {
    const facts = await record(db, before, draft, at);
    if (facts !== null) remember(db, evolveAll(before, facts));
    return facts;
  } catch (error) {
    if (error instanceof StaleOrder) return null;
    throw meaningOf(error);
  }
}

/** Decides on news and records what it leads to, on the newest state. `known`: the order as it was read a moment ago. */
export async function recordNews(db: Db, number: string, news: News, known?: Order): Promise<Outcome> {
  const recent = known === undefined ? recentOrder(db, number) : undefined;
  let before = known ?? recent ?? (await load(db, number));
  for (let round = 0; round < TRIES; round += 1) {
    const facts = await recordOn(db, before, news);
    // What changes nothing of an order that may have moved on is looked at again.
    if (facts !== null && (facts.length > 0 || before !== recent)) return { from: before.version, facts };
    before = await load(db, number);
  }
  throw new Error(`${number} was recorded by others ${TRIES} times in a row`);
}
