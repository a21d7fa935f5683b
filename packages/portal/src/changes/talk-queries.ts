// The questions of what is said about a change, and of what is attached to it.
import {
  attachmentListSchema,
  consultationSchema,
  mediationPageSchema,
  mediationThreadSchema,
} from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { ask, type Caller, type Query } from '../api/call.ts';

function talkQuery<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  caller: Caller,
  path: string,
  query: Query = {},
) {
  return queryOptions({
    queryKey: [name, caller, path, query],
    queryFn: ({ signal }) => ask(schema, path, { caller, query, signal }),
    meta: { live: { topics: ['changes'] } } as const,
  });
}

export const consultationQuery = (caller: Caller, change: string) =>
  talkQuery('change-consultation', consultationSchema, caller, `/changes/${change}/consultation`);
export const attachmentsQuery = (caller: Caller, change: string) =>
  talkQuery('change-attachments', attachmentListSchema, caller, `/changes/${change}/attachments`);
export const mediationsQuery = (caller: Caller, change: string) =>
  talkQuery('change-mediations', mediationPageSchema, caller, '/changes/mediations', { change, limit: 200 });
export const mediationQuery = (caller: Caller, mediation: string) =>
  talkQuery('change-mediation', mediationThreadSchema, caller, `/changes/mediations/${mediation}`);

/** What something that is said in a mediation has asked again. */
export const touchedByMediation = ['change-mediations', 'change-mediation', 'change-uses'];
