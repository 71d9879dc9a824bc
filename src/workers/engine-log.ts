import { DefaultLogger } from '@temporalio/worker';
import type { Logger } from 'pino';

/** What the engine's SDK has to say, in our log. It names an error `error`; ours are logged as `err`. */
export const engineLog = (log: Logger): DefaultLogger =>
  new DefaultLogger('WARN', ({ level, message, meta: { error: err, ...about } = {} }) =>
    log[level === 'ERROR' ? 'error' : 'warn']({ ...about, err }, message),
  );
