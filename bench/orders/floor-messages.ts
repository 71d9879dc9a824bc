import { defineSignal, defineUpdate } from '@temporalio/workflow';

/** Names and types only, so that the bench may import them outside of a workflow. */

export const FLOOR_WORKFLOW = 'floorWorkflow';
export const FLOOR_QUEUE = 'floor';

/** What a bare workflow does: so many empty activities one after another, then it takes so many messages. */
export type FloorShape = { readonly activities: number; readonly signals: number; readonly updates: number };

/** Comes with the start and answers when the activities are done, so its sender knows that the workflow is idle. */
export const workUpdate = defineUpdate<void, [number]>('work');
export const pokeSignal = defineSignal('poke');
export const askUpdate = defineUpdate<void>('ask');
