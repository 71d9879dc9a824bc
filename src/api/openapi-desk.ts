import { z } from 'zod';
import {
  AskStream,
  ExportOrders,
  ListViews,
  MarkRead,
  NotificationPage,
  OrderNewsView,
  ReadMark,
  SavedViews,
  SavedViewView,
  SaveView,
} from '../contracts/desk.ts';
import { AskPreview, EmailPreview, EmailPreviewList, PreviewName } from '../contracts/email-previews.ts';
import { PageQuery } from '../contracts/orders.ts';
import { AskOverview, Overview } from '../contracts/reports.ts';
import { ANY, ANY_BODY, json, ok, problems } from './openapi-parts.ts';

/** What the dashboard works with besides orders, described. */

const ViewId = z.object({ id: z.string().meta({ example: 'view_5f2b8c1d9e3a4b6c7d' }) });
const saved = (summary: string, status: '200' | '201') => ({
  [status]: { description: summary, ...json(SavedViewView) },
});

export const DESK_PATHS = {
  '/v1/stream': {
    get: {
      operationId: 'stream',
      tags: ['Orders'],
      summary: 'Server-sent events: `order` names one with news, `reset` says to read everything again',
      description:
        'The id of an event is a moment in the record; come back with it as Last-Event-ID and be told what you missed. The answer ends after ten minutes; come back then.',
      requestParams: { header: z.object({ 'Last-Event-ID': z.string().optional() }), query: AskStream },
      responses: {
        '200': { description: 'Events without end', content: { 'text/event-stream': { schema: OrderNewsView } } },
        ...problems(...ANY),
      },
    },
  },
  '/v1/orders/export': {
    get: {
      operationId: 'exportOrders',
      tags: ['Orders'],
      summary: 'Orders as a file: CSV of any length, or Excel up to 50,000 orders; with the filters of the list',
      requestParams: { query: ExportOrders },
      responses: {
        '200': { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
        ...problems(...ANY, 422),
      },
    },
  },
  '/v1/reports/overview': {
    get: {
      operationId: 'overview',
      tags: ['Reports'],
      summary: 'Orders and revenue by day, orders by status, late parcels, and how long orders stay in each status',
      requestParams: { query: AskOverview },
      responses: { ...ok('The overview', Overview), ...problems(...ANY, 422) },
    },
  },
  '/v1/emails/previews': {
    get: {
      operationId: 'listEmailPreviews',
      tags: ['Desk'],
      summary: 'Every mail there is, to buyers, people, staff and sellers, with its subject in a language',
      requestParams: { query: AskPreview },
      responses: { ...ok('The mails', EmailPreviewList), ...problems(...ANY, 422) },
    },
  },
  '/v1/emails/previews/{name}': {
    get: {
      operationId: 'getEmailPreview',
      tags: ['Desk'],
      summary: 'One mail as it would be sent, of a fictitious order; as a page of its own where `Accept` prefers HTML',
      requestParams: { path: PreviewName, query: AskPreview },
      responses: { ...ok('The mail', EmailPreview), ...problems(...ANY, 404, 422) },
    },
  },
  '/v1/notifications': {
    get: {
      operationId: 'listNotifications',
      tags: ['Desk'],
      summary: 'New orders, exceptions, messages, returns and disputes, the newest first, and how many are unread',
      description: 'A seller is told of their own orders: new ones, messages to them, and returns of goods of theirs.',
      requestParams: { query: z.object(PageQuery) },
      responses: { ...ok('One page of notifications', NotificationPage), ...problems(...ANY, 422) },
    },
  },
  '/v1/notifications/read': {
    post: {
      operationId: 'markNotificationsRead',
      tags: ['Desk'],
      summary: 'Mark everything up to a moment as read',
      requestBody: json(MarkRead),
      responses: { ...ok('What is left', ReadMark), ...problems(...ANY_BODY) },
    },
  },
  '/v1/views': {
    get: {
      operationId: 'listViews',
      tags: ['Desk'],
      summary: 'Saved views of a list: your own, and those that others share',
      requestParams: { query: ListViews },
      responses: { ...ok('Views by name', SavedViews), ...problems(...ANY, 422) },
    },
    post: {
      operationId: 'saveView',
      tags: ['Desk'],
      summary: 'Save filters under a name',
      requestBody: json(SaveView),
      responses: { ...saved('The view', '201'), ...problems(...ANY_BODY) },
    },
  },
  '/v1/views/{id}': {
    put: {
      operationId: 'changeView',
      tags: ['Desk'],
      summary: 'Change a view of yours',
      requestParams: { path: ViewId },
      requestBody: json(SaveView),
      responses: { ...saved('The view', '200'), ...problems(...ANY_BODY, 404) },
    },
    delete: {
      operationId: 'deleteView',
      tags: ['Desk'],
      summary: 'Remove a view of yours',
      requestParams: { path: ViewId },
      responses: { ...saved('The view as it was', '200'), ...problems(...ANY, 404) },
    },
  },
};
