import { Router } from 'express';
import { agentsChangeNothing, authenticate } from './access.ts';
import { actionsRouter } from './actions.ts';
import { auditRouter, recordLapsedKeys, recordRequests } from './audit.ts';
import { createKeyring } from './bearer.ts';
import { callsRouter } from './calls.ts';
import { locationsRouter, productsRouter } from './catalogue.ts';
import type { ApiContext } from './context.ts';
import { previewsRouter } from './decision.ts';
import { deliveryInstructionsRouter } from './delivery-instructions.ts';
import { emailPreviewsRouter } from './email-previews.ts';
import { exceptionsRouter } from './exceptions.ts';
import { inventoryRouter } from './inventory.ts';
import { jsonBody } from './json-body.ts';
import { limitKnown, limitStrangers } from './limits.ts';
import { linksRouter, orderOfLink } from './links.ts';
import { notificationsRouter } from './notifications.ts';
import { exportRouter } from './order-export.ts';
import { ordersRouter } from './orders.ts';
import { invitationsRouter } from './people/invitations.ts';
import { keysRouter } from './people/keys.ts';
import { meRouter, peopleRouter } from './people/people.ts';
import type { Sessions } from './people/sessions.ts';
import { orderProposalsRouter, proposalsRouter } from './proposals.ts';
import { reportsRouter } from './reports.ts';
import { savedViewsRouter } from './saved-views.ts';
import { storesRouter } from './stores.ts';
import { streamRouter } from './stream.ts';

/** `/v1`: who asks is found out first, then how often they ask; each route says which capability it needs. */

const LARGEST_BODY = '256kb';

export function v1Router(context: ApiContext, sessions: Sessions): Router {
  const { db, config } = context;
  const credentials = {
    keyOf: createKeyring(db),
    orderOfLink: orderOfLink(db, config),
    personOf: sessions.personOf,
    lapsed: recordLapsedKeys(context),
    publicUrl: config.PUBLIC_URL,
  };
  const v1 = Router();
  const strangers = limitStrangers(config);
  v1.use(strangers.before, authenticate(credentials), strangers.after);
  v1.use(limitKnown(config), recordRequests(context));
  v1.use(jsonBody(LARGEST_BODY));
  v1.use('/me', meRouter(db));
  v1.use('/people', peopleRouter({ db, sessions }));
  v1.use('/invitations', invitationsRouter(context));
  v1.use('/keys', keysRouter(context));
  v1.use('/reports', reportsRouter(context));
  v1.use('/stream', streamRouter(context));
  v1.use('/notifications', notificationsRouter(context));
  v1.use('/views', savedViewsRouter(context));
  v1.use(
    '/orders',
    exportRouter(context),
    ordersRouter(context),
    previewsRouter(context),
    actionsRouter(context),
    orderProposalsRouter(context),
    linksRouter(context),
    deliveryInstructionsRouter(context),
  );
  v1.use('/proposals', proposalsRouter(context));
  v1.use('/audit', auditRouter(context));
  v1.use('/exceptions', exceptionsRouter(context));
  v1.use('/calls', callsRouter(context));
  v1.use('/emails/previews', emailPreviewsRouter(context));
  v1.use('/stores', storesRouter(context));
  v1.use('/products', productsRouter(context));
  v1.use('/locations', locationsRouter(context));
  v1.use('/inventory', inventoryRouter(context));
  v1.use(agentsChangeNothing);
  return v1;
}
