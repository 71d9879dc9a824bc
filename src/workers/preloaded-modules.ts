import { dirname, extname, join } from 'node:path';

const PURE = ['decide', 'duties', 'requests'] as const;

/**
 * What all workflows of a thread share, for the bundler's `preloadModules`; without it each order runs these modules anew when it
 * begins and keeps them as long as it is cached. They must hold no state of their own: the domain is pure, and the engine's SDK
 * keeps a workflow's state outside of its modules. `workflows`: the path of `src/workflows/index`, in TypeScript or compiled.
 */
export function preloadedModules(workflows: string): string[] {
  const domain = join(dirname(workflows), '..', 'domain');
  return ['@temporalio/workflow', ...PURE.map((name) => join(domain, `${name}${extname(workflows)}`))];
}
