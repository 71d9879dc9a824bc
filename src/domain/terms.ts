/** What a store publishes and its buyers accept, as it is told to a bank (seed 5, "Terms of service acknowledgment"). */

/** `acceptedAt`: epoch milliseconds, as the checkout said. */
export type AcceptedTerms = {
  readonly acceptedAt: number;
  readonly version: string | null;
  readonly url: string | null;
};

/** As it stands in the policy of the store. */
export type Published = {
  readonly version?: string | null;
  readonly url?: string | null;
  readonly text?: string | null;
};

const named = (version: string | null | undefined): string => (version == null ? '' : ` (version ${version})`);

/** A sentence; null when the checkout said nothing. */
export function acceptanceOf(terms: AcceptedTerms | null): string | null {
  if (terms === null) return null;
  const at = new Date(terms.acceptedAt).toISOString().slice(0, 16).replace('T', ' ');
  const where = terms.url === null ? '' : `, published at ${terms.url}`;
  return `The customer accepted the terms of the store${named(terms.version)}${where} on ${at} UTC.`;
}

/** Null when nothing was published. */
export function publishedAs(what: string, published: Published | undefined): string | null {
  const { version, url, text } = published ?? {};
  if (url == null && text == null) return null;
  const where = url == null ? '' : ` at ${url}`;
  const head = `The ${what} of the store${named(version)}, published${where} when the order was placed`;
  return text == null ? `${head}.` : `${head}:\n${text}`;
}
