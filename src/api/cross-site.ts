import type { Request } from 'express';

/**
 * Whether a browser sent this request from a page of ours. Browsers set both headers themselves, and no page can forge them; a
 * request with neither is no browser's that a cookie could be stolen from, and is not believed either.
 */
export function isFromOurPages(request: Request, publicUrl: URL): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  return request.get('origin') === publicUrl.origin;
}

/** Whether a browser says that it comes from elsewhere; programs say nothing. */
export const isFromElsewhere = (request: Request, publicUrl: URL): boolean =>
  (request.get('sec-fetch-site') ?? request.get('origin')) !== undefined && !isFromOurPages(request, publicUrl);
