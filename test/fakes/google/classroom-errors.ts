// How Classroom and Sheets say no: a status, and a message that begins with @Reason where Google gives one.
import { GoogleError } from './google-error.ts';

export const notFound = (): GoogleError =>
  new GoogleError({ code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' });

export const denied = (message = 'The caller does not have permission'): GoogleError =>
  new GoogleError({ code: 403, message, status: 'PERMISSION_DENIED' });

export const invalidArgument = (message: string): GoogleError =>
  new GoogleError({ code: 400, message, status: 'INVALID_ARGUMENT' });

export const precondition = (reason: string, message: string): GoogleError =>
  new GoogleError({ code: 400, message: `@${reason} ${message}`, status: 'FAILED_PRECONDITION' });
