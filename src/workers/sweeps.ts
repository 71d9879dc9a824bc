import type { Logger } from 'pino';
import { ordersToServe } from '../db/backorders.ts';
import { takeSilentParcels } from '../db/fulfilments.ts';
import { noteIntakeFailed, type UnrecordedIntake, unrecordedIntakes } from '../db/intake.ts';
import { takeSilentReturns } from '../db/returns.ts';
import { SYSTEM } from '../domain/order.ts';
import { Unrecordable } from '../engine.ts';
import { type Listening, lookAfter, lookAfterReturn } from './inbox-pump.ts';
import { type Pump, startPump } from './pump.ts';

/** What no event announces: orders whose start was lost, and parcels of which the carrier says nothing. */

const BATCH = 20;
const START_IS_LOST_AFTER_S = 30;

/** What the record refuses is for a person (the comparison `queues` shows it), and is tried in case they have mended it. */
const startAgainAfter = (error: unknown, attempts: number): number =>
  error instanceof Unrecordable ? 600 : Math.min(60, 2 ** Math.min(attempts + 1, 6));

/** Starts again what a checkout was told is written down (the API died, or the engine was away); the order number makes it once. */
export function startIntakeSweep(
  { db, engine }: Listening,
  log: Logger,
  pauseMs = 15_000,
  lostAfterSeconds = START_IS_LOST_AFTER_S,
): Pump {
  const startAgain = async ({ placement, attempts }: UnrecordedIntake): Promise<void> => {
    const { number } = placement;
    try {
      await engine.place({ placement, actor: SYSTEM }, attempts === 0 ? 'place' : `place-${attempts}`);
      log.info({ order: number }, 'a lost start was made good');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ order: number, attempts, reason }, 'a lost start could not be made good yet');
      await noteIntakeFailed(db, number, reason.slice(0, 500), startAgainAfter(error, attempts));
    }
  };
  return startPump({
    name: 'intake sweep',
    log,
    pauseMs,
    batch: async () => {
      const lost = await unrecordedIntakes(db, lostAfterSeconds, BATCH);
      await Promise.all(lost.map(startAgain));
      return lost.length;
    },
  });
}

/** Carriers retry an event only twice, so silence is asked about (docs/integrations/shippo.md). */
export function startTrackingSweep(listening: Listening, log: Logger, silentMinutes: number, pauseMs = 30_000): Pump {
  return startPump({
    name: 'tracking sweep',
    log,
    pauseMs,
    batch: async () => {
      const silentSince = new Date(Date.now() - silentMinutes * 60_000);
      const parcels = await takeSilentParcels(listening.db, silentSince, BATCH);
      const returns = await takeSilentReturns(listening.db, silentSince, BATCH);
      const questions = [
        ...parcels.map((parcel) => ({ id: parcel.id, ask: () => lookAfter(listening, parcel) })),
        ...returns.map((parcel) => ({ id: parcel.id, ask: () => lookAfterReturn(listening, parcel) })),
      ];
      for (const { id, ask } of questions) {
        try {
          await ask();
        } catch (error) {
          log.warn({ err: error, parcel: id }, 'a parcel could not be asked about; it is asked again later');
        }
      }
      return questions.length;
    },
  });
}

/** Serves the queue of those who wait for stock as soon as there is some: each looks for its stock again. */
export function startBackorderSweep({ db, engine }: Listening, log: Logger, pauseMs = 2_000): Pump {
  return startPump({
    name: 'backorder sweep',
    log,
    pauseMs,
    batch: async () => {
      const numbers = await ordersToServe(db, BATCH);
      for (const number of numbers) await engine.tell(number, { type: 'stock_arrived' });
      return numbers.length;
    },
  });
}
