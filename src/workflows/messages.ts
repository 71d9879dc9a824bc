import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Outcome } from '../activities/recording.ts';
import type { ActionRequest } from '../domain/decide.ts';
import type { Placement } from '../domain/facts.ts';
import type { News } from '../domain/news.ts';
import type { Actor, Order } from '../domain/order.ts';

/** Names and types of what an order's workflow listens to; no workflow code, so the API may import it. */

export const ORDER_WORKFLOW = 'orderWorkflow';

export type PlaceRequest = { readonly placement: Placement; readonly actor: Actor };
/** What an update answers: the version at which the caller finds the order in the record. */
export type Recorded = { readonly number: string; readonly version: number; readonly status: Order['status'] };

/** From the checkout, with the workflow's start. The same order placed again answers the same. */
export const placeUpdate = defineUpdate<Recorded, [PlaceRequest]>('place');
/** From people and programs: refused at once, or recorded and answered. */
export const actionUpdate = defineUpdate<Recorded, [ActionRequest]>('act');
/** The same, for Temporal Web UI and the CLI: taken if the order allows it, noted in the log if not. */
export const actionSignal = defineSignal<[ActionRequest]>('action');
/**
 * From carriers and gateways, through the inbox: waits for nobody, and is ignored when late or repeated. With the version at which
 * its sender has found the order in the record.
 */
export const newsSignal = defineSignal<[news: News, seenVersion?: number]>('news');
/** From the inbox, when it has recorded itself what the carrier told: the facts, and the version they lead on from. */
export const recordedSignal = defineSignal<[Outcome]>('recorded');
/** The order as the workflow holds it. */
export const orderQuery = defineQuery<Order | null>('order');
