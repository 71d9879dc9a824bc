import { randomBytes } from 'node:crypto';

export const newPersonId = (): string => `user_${randomBytes(12).toString('hex')}`;
