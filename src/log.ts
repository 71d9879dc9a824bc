import pino, { type Logger } from 'pino';

/** Structured logs, one JSON object a line. What could hold personal data or secrets is cut out wherever it appears. */
export const createLog = (name: string, level: string): Logger =>
  pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        '*.authorization',
        '*.cookie',
        '*.email',
        '*.phone',
        '*.customer',
        '*.address',
        '*.client_secret',
        '*.redemption_code',
        '*.delivery_notes',
        '*.body',
        '*.payment_method',
        'err.raw',
        'err.headers',
        'err.payment_intent',
        'err.config',
      ],
      censor: '[redacted]',
    },
  });
