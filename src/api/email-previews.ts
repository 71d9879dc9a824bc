import { Router } from 'express';
import { AskPreview, type EmailPreview, type EmailPreviewList } from '../contracts/email-previews.ts';
import { PREVIEW_LANGUAGES, type Preview, previewsOf } from '../emails/previews.ts';
import { requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { HttpProblem } from './problem.ts';

/** The mails as they would be sent, of a fictitious order. */

/** A page of its own within the dashboard's: nothing runs in it, nothing is loaded, and its styles are those of the mail. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

function languageIn(query: unknown) {
  const { language } = AskPreview.parse(query);
  const found = PREVIEW_LANGUAGES.find((one) => one === language);
  if (found === undefined)
    throw new HttpProblem('invalid_fields', {
      errors: [{ field: 'language', message: `must be one of ${PREVIEW_LANGUAGES.join(', ')}` }],
    });
  return found;
}

export function emailPreviewsRouter({ config }: ApiContext): Router {
  const router = Router();
  const asked = (query: unknown): { language: string; previews: readonly Preview[] } => {
    const language = languageIn(query);
    const store = { name: config.STORE_NAME, supportEmail: config.SUPPORT_EMAIL };
    return { language, previews: previewsOf({ language, store, publicUrl: config.PUBLIC_URL }) };
  };
  router.get('/', requires('emails.preview'), (request, response) => {
    const data = asked(request.query).previews.map(({ name, for: reader, render }) => ({
      name,
      for: reader,
      subject: render().subject,
    }));
    response.json({ languages: [...PREVIEW_LANGUAGES], data } satisfies EmailPreviewList);
  });
  router.get('/:name', requires('emails.preview'), (request, response) => {
    const { language, previews } = asked(request.query);
    const preview = previews.find(({ name }) => name === request.params['name']);
    if (preview === undefined) throw new HttpProblem('not_found', { detail: 'There is no such mail.' });
    const { name, for: reader, render } = preview;
    const rendered = render();
    response.set({ Vary: 'Accept', 'Cache-Control': 'no-store' });
    if (request.accepts(['json', 'html']) === 'html') {
      response.set({ 'Content-Security-Policy': POLICY, 'X-Frame-Options': 'SAMEORIGIN' });
      response.type('html').send(rendered.html);
      return;
    }
    response.json({ name, for: reader, language, ...rendered } satisfies EmailPreview);
  });
  return router;
}
