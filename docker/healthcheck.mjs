// Health of the process in this container: `node docker/healthcheck.mjs api` or `worker`; exit code 0 is healthy.
// Healthy means "need not be restarted". Whether the API can serve now, with its database and engine, is GET /readyz.

const [role = 'api'] = process.argv.slice(2);

const checks = {
  async api() {
    const response = await get(`http://127.0.0.1:${process.env.API_PORT || 3000}/healthz`);
    return response.ok;
  },
  /** A worker whose pollers are gone takes no orders any more, whatever else of it still runs. */
  async worker() {
    const response = await get(`http://127.0.0.1:${process.env.WORKER_METRICS_PORT || 9464}/metrics`);
    const metrics = await response.text();
    const pollers = [...metrics.matchAll(/^temporal_num_pollers\{[^}]*poller_type="([^"]+)"[^}]*\} (\d+)/gm)];
    return pollers.some(([, type, count]) => type.includes('workflow') && Number(count) > 0);
  },
};

const get = (url) => fetch(url, { signal: AbortSignal.timeout(4_000) });

const check = checks[role];
if (check === undefined) throw new Error(`there is no check ${role}`);
process.exit((await check().catch(() => false)) ? 0 : 1);
