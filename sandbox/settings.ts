import { z } from 'zod';
import type { SandboxOptions } from './options.ts';

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);

const loopback = z.url({ protocol: /^https?$/ });

const Environment = z.object({
  SANDBOX_STRIPE_PORT: port(4010),
  SANDBOX_SHIPPO_PORT: port(4011),
  SANDBOX_WEB_PORT: port(4012),
  SANDBOX_SMTP_PORT: port(4025),
  SANDBOX_STRIPE_WEBHOOK_URL: loopback.optional(),
  SANDBOX_STRIPE_WEBHOOK_SECRET: z.string().startsWith('whsec_').optional(),
  SANDBOX_STRIPE_WEBHOOK_EVENTS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .optional(),
  SANDBOX_SHIPPO_WEBHOOK_URL: loopback.optional(),
  SANDBOX_SHIPPO_WEBHOOK_SECRET: z.string().min(16).optional(),
  SANDBOX_AUTO_ADVANCE_SECONDS: z.coerce.number().min(0).default(0),
  SANDBOX_STATE_FILE: z.string().optional(),
  SANDBOX_RECORD_FILE: z.string().optional(),
});

/** The sandbox's settings from the environment; throws naming each variable that is wrong. Refuses production. */
export function readSettings(environment: NodeJS.ProcessEnv): SandboxOptions {
  if (environment['NODE_ENV'] === 'production') {
    throw new Error('The sandbox imitates payment and shipping vendors and must not run with NODE_ENV=production.');
  }
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = Environment.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The sandbox's settings are wrong:\n${lines.join('\n')}`);
  }
  const settings = result.data;
  return {
    stripePort: settings.SANDBOX_STRIPE_PORT,
    shippoPort: settings.SANDBOX_SHIPPO_PORT,
    webPort: settings.SANDBOX_WEB_PORT,
    smtpPort: settings.SANDBOX_SMTP_PORT,
    stripeWebhookUrl: settings.SANDBOX_STRIPE_WEBHOOK_URL,
    stripeWebhookSecret: settings.SANDBOX_STRIPE_WEBHOOK_SECRET,
    stripeWebhookEvents: settings.SANDBOX_STRIPE_WEBHOOK_EVENTS,
    shippoWebhookUrl: settings.SANDBOX_SHIPPO_WEBHOOK_URL,
    shippoWebhookSecret: settings.SANDBOX_SHIPPO_WEBHOOK_SECRET,
    autoAdvanceSeconds: settings.SANDBOX_AUTO_ADVANCE_SECONDS,
    stateFile: settings.SANDBOX_STATE_FILE,
    recordFile: settings.SANDBOX_RECORD_FILE,
  };
}
