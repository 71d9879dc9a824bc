import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';
import type { Config } from '../config.ts';
import { openApiDocument } from './openapi.ts';

/** `/openapi.json` for programs, `/docs` for people; no request leaves for an outside host. */
export function docsRouter(config: Config): Router {
  const document = openApiDocument(config.PUBLIC_URL);
  const router = Router();
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use('/docs', swaggerUi.serve, swaggerUi.setup(document, { customSiteTitle: 'durable-orders API' }));
  return router;
}
