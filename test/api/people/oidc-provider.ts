import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An OpenID Connect provider with discovery, keys, a token endpoint that checks PKCE, and a page on which somebody agrees at once. */

export type Claims = { sub: string; email: string; email_verified: boolean; name?: string };
export type Provider = {
  readonly issuer: string;
  /** Who agrees when a browser opens the provider's page. */
  agrees(claims: Claims): void;
  /** What the provider's page does when somebody agrees: the address it sends the browser back to. */
  consent(authorizationUrl: string, claims: Claims, changes?: Record<string, unknown>): string;
  close(): Promise<void>;
};

type Pending = { readonly asked: URLSearchParams; readonly claims: object };

export async function startProvider(client: { id: string; secret: string }): Promise<Provider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const pending = new Map<string, Pending>();
  let issuer = '';
  let agreeing: Claims | null = null;

  function consent(authorizationUrl: string, claims: Claims, changes: Record<string, unknown> = {}): string {
    const asked = new URL(authorizationUrl).searchParams;
    const code = `code-${pending.size}-${claims.sub}`;
    pending.set(code, { asked, claims: { ...claims, ...changes } });
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return back.href;
  }

  async function tokenFor(form: URLSearchParams): Promise<object | null> {
    const code = form.get('code') ?? '';
    const found = pending.get(code);
    pending.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (found === undefined || form.get('client_secret') !== client.secret) return null;
    if (found.asked.get('code_challenge') !== challenge) return null;
    const idToken = await new SignJWT({ nonce: found.asked.get('nonce'), iss: issuer, aud: client.id, ...found.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    return { access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: idToken };
  }

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/.well-known/openid-configuration') {
      answer(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
      return;
    }
    if (request.url === '/keys') {
      answer(200, { keys: [jwk] });
      return;
    }
    if (request.url?.startsWith('/authorize?') === true && agreeing !== null) {
      response.writeHead(302, { location: consent(new URL(request.url, issuer).href, agreeing) }).end();
      return;
    }
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      void tokenFor(new URLSearchParams(body)).then((token) => answer(token === null ? 400 : 200, token ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    agrees: (claims) => {
      agreeing = claims;
    },
    consent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
