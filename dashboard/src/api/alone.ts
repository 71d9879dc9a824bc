/**
 * Work that one tab of a browser does for all. It is given up when the tab is closed or the signal is aborted, and then the next in
 * line begins it. Where browsers have no such line, every tab works.
 */
export function alone(what: string, signal: AbortSignal, work: () => Promise<void>): void {
  const working = 'locks' in navigator ? navigator.locks.request(what, { signal }, work) : work();
  working.catch(() => undefined); // stopped while it stood in line
}
