import express, { type Request, type RequestHandler } from 'express';
import { HttpProblem } from './problem.ts';

function carriesBody({ method, headers }: Request): boolean {
  const { 'transfer-encoding': chunked, 'content-length': length } = headers;
  return method !== 'GET' && (chunked !== undefined || Number(length ?? 0) > 0);
}

const jsonOnly: RequestHandler = (request, _response, next) => {
  if (carriesBody(request) && request.is('application/json') === false) throw new HttpProblem('unsupported_media_type');
  next();
};

/** Reads bodies of JSON up to this size, and refuses all others. */
export const jsonBody = (limit: `${number}kb`): RequestHandler[] => [express.json({ limit }), jsonOnly];
