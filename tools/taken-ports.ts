import type { Development, PortName } from './development.ts';
import { describePortHolder, isPortFree } from './ports.ts';

/** Asks for every port before anything starts, so that one message names all that are taken, each with its remedy. */
export async function refuseTakenPorts({ ports, portVariables, starts }: Development): Promise<void> {
  const needed: PortName[] = ['api', 'workerMetrics'];
  if (starts.postgres) needed.push('postgres');
  if (starts.temporal) needed.push('temporal', 'temporalUi');
  if (starts.sandbox) needed.push('stripe', 'shippo', 'sandbox', 'smtp');
  const taken: string[] = [];
  for (const name of needed) {
    if (await isPortFree(ports[name])) continue;
    const holder = (await describePortHolder(ports[name])) ?? 'another process';
    taken.push(`  port ${ports[name]} is in use by ${holder}: stop that, or set ${portVariables[name]} to a free port`);
  }
  if (taken.length > 0) throw new Error(`npm start needs ports that are in use:\n${taken.join('\n')}`);
}
