import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Outcome } from '../activities/recording.ts';
import { place } from '../domain/accepting.ts';
import { type ActionRequest, type Decision, decideAction, isBehind, isDecidedAnew } from '../domain/decide.ts';
import { type Duty, dutiesOf, isPaidBackAnew, waitOf } from '../domain/duties.ts';
import { ofThisRelease } from '../domain/earlier-orders.ts';
import { evolveAll } from '../domain/evolve.ts';
import type { Fact } from '../domain/facts.ts';
import { deadlineLane } from '../domain/lanes.ts';
import { asHeardBefore, decideNews, isHeardAnew, type News } from '../domain/news.ts';
import type { Order } from '../domain/order.ts';
import { type Refusal, refuse } from '../domain/refusals.ts';
import { isNews, isOutcome, refusalOfMessage } from '../domain/requests.ts';
import {
  actionSignal,
  actionUpdate,
  newsSignal,
  orderQuery,
  placeUpdate,
  type Recorded,
  recordedSignal,
} from './messages.ts';
import { show } from './show.ts';
import { failureOf, isStale, own, perform } from './steps.ts';

/** What an earlier release has done at another time is done then when its history is replayed. */
const owed = (order: Order): Duty[] => dutiesOf(order, isPaidBackAnew(order) && !patched('not-paid-twice'));
const isOwed = (duty: Duty, order: Order): boolean =>
  owed(order).some((one) => one.do === duty.do && one.lane === duty.lane);

/** What an earlier release has decided otherwise is decided so again when its history is replayed. */
const asThen = (order: Order, request: ActionRequest): ActionRequest =>
  !isDecidedAnew(order, request, Date.now()) || patched('decided-anew')
    ? request
    : { ...request, fields: { ...request.fields, as_before: true } };
/** Each change has a name of its own: an order may have met the earlier one, and then this one, before it was decided anew. */
const heardAsThen = (order: Order, news: News): News =>
  !isHeardAnew(order, news) || patched(news.type === 'payment_read' ? 'lapse-answered' : 'heard-anew')
    ? news
    : asHeardBefore(news);

/**
 * One order, from the click of the buyer to the end of its return window. Three promises:
 *
 * 1. One thing at a time is decided and recorded. Of two clicks one wins; the other is refused with the reason.
 * 2. What was decided is in PostgreSQL before anyone is answered and before anything more is done about it.
 * 3. An order never fails. What cannot be done becomes an exception, and the order waits for a person.
 *
 * `resume`: this run goes on with an order that is in the record (after continue-as-new).
 */
export async function orderWorkflow(number: string, resume = false): Promise<void> {
  let order: Order | undefined;
  let absent = false;
  /** Counts finished duties, so that the loop looks again when one ends without a fact. */
  let finished = 0;
  const busy = new Set<string>();
  let queue: Promise<unknown> = Promise.resolve();
  /** Steps that are under way or wait for their turn. */
  let turns = 0;
  /** Wakes the loop, which then looks what has changed. A promise of our own: the SDK's conditions cost a call into the sandbox each. */
  let wake = (): void => {};
  const stirred = (): Promise<true> =>
    new Promise((resolve) => {
      wake = () => resolve(true);
    });
  const stir = (): void => wake();

  /** What runs in it goes on when the workflow is cancelled. One for all steps, as each scope costs half a dozen promises. */
  const unstoppable = new CancellationScope({ cancellable: false });

  /** Runs steps that decide or record one after another, in the order they came; cancelling the workflow does not stop them. */
  const inTurn = <Result>(step: () => Promise<Result>): Promise<Result> => {
    const calmly = (): Promise<Result> => unstoppable.run(step);
    const ended = (): void => {
      turns -= 1;
      stir();
    };
    turns += 1;
    const turn = queue.then(calmly, calmly);
    queue = turn.then(ended, ended);
    return turn;
  };

  const until = (happened: () => boolean, atMost: '5 seconds' | '20 seconds'): Promise<boolean> =>
    unstoppable.run(() => condition(happened, atMost));

  /** The order we have stays in sight until the record has answered: somebody may be about to read it. */
  const reload = async (): Promise<Order | undefined> => {
    const found = await own((db) => db.loadOrder(number));
    order = found === null ? undefined : ofThisRelease(found);
    absent = order === undefined;
    return order;
  };

  /** Decides on the newest state and records the decision; decides anew when the record has moved on by another hand. */
  const decide = async (decision: (now: Order) => Decision): Promise<Refusal | null> => {
    for (;;) {
      const before = order ?? (await reload());
      if (before === undefined) return refuse('order_not_found');
      const decided = decision(before);
      if (!decided.ok) return decided.refusal;
      if (decided.facts.length === 0) return null;
      try {
        const recorded = await own((db) => db.recordTransition({ before, facts: decided.facts }));
        // Recorded by a try of which we lost the answer: the record knows the times of then.
        if (recorded) order = decided.order;
        else await reload();
        return null;
      } catch (error) {
        if (!isStale(error)) throw error;
        await reload();
      }
    }
  };

  /** Who asks or tells may have read in the record what this run has not heard of yet; it is then read before anything is judged. */
  const catchUp = async (seenVersion: number | undefined): Promise<void> => {
    if (order !== undefined && isBehind(order, seenVersion)) await reload();
  };

  const note = (news: News, seenVersion?: number): Promise<Refusal | null> =>
    inTurn(async () => {
      await catchUp(seenVersion);
      return decide((now) => ({ ok: true, ...decideNews(now, heardAsThen(now, news), Date.now()) }));
    });
  /** What cannot be recorded is put before a person instead of being lost. Where not even that can be: in the log, and not too often. */
  const report = async (error: unknown, lane = 'order'): Promise<void> => {
    try {
      await note({ type: 'unforeseen', lane, failure: failureOf(error) });
    } catch (again) {
      log.error('a failure cannot be recorded', { failure: failureOf(error), again: failureOf(again) });
      await unstoppable.run(() => sleep('1 minute'));
    }
  };
  /** Takes news; never fails. `lane`: what waits for a person where that cannot be recorded to which it leads. */
  const hear = async (news: News, seenVersion?: number, lane?: string): Promise<void> => {
    try {
      await note(news, seenVersion);
    } catch (error) {
      await report(error, lane);
    }
  };
  const act = (request: ActionRequest): Promise<Refusal | null> =>
    inTurn(async () => {
      await catchUp(request.seenVersion);
      return decide((now) => decideAction(now, asThen(now, request), Date.now()));
    });
  /** The same for those who wait for no answer: it is in the log. Never fails. */
  const obey = async (request: ActionRequest): Promise<void> => {
    try {
      const refusal = refusalOfMessage(request) ?? (await act(request));
      if (refusal !== null) log.warn('the signalled action was refused', { ...refusal });
    } catch (error) {
      await report(error);
    }
  };

  /**
   * Takes over what a step or the inbox has recorded by itself; reads the record when that began at a version we have not seen. While
   * nothing is being recorded it does so on the spot: each turn costs promises, and each promise its stack.
   */
  const follow = async ({ from, facts }: Outcome): Promise<void> => {
    const take = (): boolean => {
      if (order === undefined || order.version < from) return false;
      if (order.version === from) order = evolveAll(order, facts);
      return true;
    };
    if (turns === 0 && take()) return stir();
    await inTurn(async () => {
      if (!take()) await reload();
    });
  };

  const answer = (): Recorded => {
    if (order === undefined) throw ApplicationFailure.nonRetryable('There is no such order.', 'order_not_found');
    return { number, version: order.version, status: order.status };
  };
  const refused = ({ code, detail }: Refusal): ApplicationFailure =>
    ApplicationFailure.create({ type: code, message: detail, nonRetryable: true, category: 'BENIGN' });
  setHandler(placeUpdate, async ({ placement, actor }) => {
    await inTurn(async () => {
      if (order !== undefined) return;
      const at = Date.now();
      try {
        const standing = await own((db) => db.recordPlacement({ placement, actor, at }));
        order = ofThisRelease(standing ?? place(placement, actor, at).order);
      } catch (error) {
        // The record refuses it. This run ends, so that whoever tries again begins a new one.
        absent = true;
        const { type, message } = failureOf(error);
        throw ApplicationFailure.nonRetryable(message, type);
      }
    });
    // A checkout that left the payment to a hosted page wants its address; it gets it within a few seconds or by asking again.
    const { paymentMethod, paymentReference, paymentOptions } = placement;
    const asksForPage =
      paymentMethod === 'stripe' && paymentReference === null && paymentOptions.paymentMethod === null;
    if (asksForPage)
      await until(() => order?.payment.checked === true || (order?.exceptions.length ?? 0) > 0, '5 seconds');
    return answer();
  });
  setHandler(
    actionUpdate,
    async (request) => {
      let refusal: Refusal | null;
      try {
        refusal = await act(request);
      } catch (error) {
        // The update alone fails, not the task that carries it.
        const { type, message } = failureOf(error);
        throw ApplicationFailure.nonRetryable(message, type);
      }
      if (refusal !== null) throw refused(refusal);
      // Who confirms wants to know whether the stock was there.
      if (request.action === 'confirm') {
        await until(() => order?.status !== 'pending' || order.exceptions.length > 0, '20 seconds');
      }
      return answer();
    },
    {
      // Free of history when it refuses. Synchronous: a promise here would wedge the order.
      validator: (request) => {
        const misshapen = refusalOfMessage(request);
        if (misshapen !== null) throw refused(misshapen);
        if (order === undefined || isBehind(order, request.seenVersion)) return;
        const decided = decideAction(order, request, Date.now());
        if (!decided.ok) throw refused(decided.refusal);
      },
    },
  );
  setHandler(actionSignal, obey);
  setHandler(newsSignal, async (news, seenVersion) => {
    if (isNews(news)) await hear(news, seenVersion);
    else log.warn('news that cannot be understood was ignored');
  });
  setHandler(recordedSignal, async (outcome) => {
    // Facts that do not fit what they lead on from: the record knows.
    if (isOutcome(outcome)) await follow(outcome).catch(() => inTurn(reload));
    else log.warn('an outcome that cannot be understood was ignored');
  });
  setHandler(orderQuery, () => order ?? null);

  /** Cancelling the workflow in Temporal Web UI means cancelling the order, nothing more violent. */
  const root = CancellationScope.current();
  root.cancelRequested.catch(() => {
    const actor = { role: 'staff', id: 'temporal' } as const;
    const fields = { reason: 'Cancelled from the engine.' };
    return obey({ action: 'cancel', actor, fields, expectedVersion: null });
  });

  const reserve = (): Promise<void> =>
    inTurn(async () => {
      const before = order;
      if (before === undefined || !dutiesOf(before).some((duty) => duty.do === 'reserve')) return;
      try {
        const facts: readonly Fact[] = await own((db) => db.reserve({ order: before, at: Date.now() }));
        order = evolveAll(before, facts);
      } catch (error) {
        if (!isStale(error)) throw error;
        await reload();
      }
    });

  /** Does one duty to its end; whatever happens, the order knows of it afterwards. */
  const fulfil = async (duty: Duty, now: Order): Promise<void> => {
    try {
      if (duty.do === 'reserve') await reserve();
      else await follow(await perform(duty, now));
      if (order?.version === now.version && isOwed(duty, order)) {
        const message = `The step ${duty.do} ended without any effect.`;
        await hear(
          { type: 'duty_failed', duty, failure: { type: 'NoEffect', message, details: {} } },
          undefined,
          duty.lane,
        );
      }
    } catch (error) {
      await hear({ type: 'duty_failed', duty, failure: failureOf(error) }, undefined, duty.lane);
    } finally {
      busy.delete(duty.lane);
      finished += 1;
      stir();
    }
  };

  const startDuties = (now: Order): void => {
    for (const duty of owed(now)) {
      if (busy.has(duty.lane)) continue;
      busy.add(duty.lane);
      void fulfil(duty, now);
    }
  };

  /** Sleeps until something changes; false when the order's window has closed and nothing more is awaited. */
  const rest = async (now: Order): Promise<boolean> => {
    const { version } = now;
    const seen = finished;
    const changed = (): boolean => order?.version !== version || finished !== seen;
    const deadline = waitOf(now).until;
    // While a step is under way, for an hour at most, deadlines wait: an alarm beside each step would cost every order events.
    if (busy.size > 0 || deadline === null) {
      while (!changed()) await stirred();
      return true;
    }
    const alarm = new CancellationScope();
    let rang = false;
    const ring = (): void => {
      rang = true;
      stir();
    };
    alarm.run(() => sleep(Math.max(1, deadline.at - Date.now()))).then(ring, () => {});
    while (!changed() && !rang) await stirred();
    alarm.cancel();
    // An alarm that was set by an earlier release may have been another deadline's.
    if (changed() || Date.now() < deadline.at) return true;
    if (deadline.kind === 'reachable_until') return owed(now).length > 0;
    const { kind, subject } = deadline;
    await hear({ type: 'deadline', kind, subject }, undefined, deadlineLane(deadline));
    return true;
  };

  const live = async (): Promise<void> => {
    if (resume) await inTurn(reload);
    while (order === undefined && !absent) await stirred();
    for (let open = order !== undefined; open; ) {
      const now = order;
      if (now === undefined) break;
      startDuties(now);
      show(now, busy.size === 0);
      open = await rest(now);
      if (!open) {
        await condition(allHandlersFinished);
        // What was being recorded when the window closed may be owed something.
        open = order?.version !== now.version;
      }
      if (open && busy.size === 0 && workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof orderWorkflow>(number, true);
      }
    }
    await condition(allHandlersFinished);
  };
  await unstoppable.run(live);
}
