// The questions of the pages about ways.
import { guidanceSchema, waysSchema } from '@penstock/api/schemas';
import { queryOptions } from '@tanstack/react-query';
import { ask, type Caller } from '../api/call.ts';

/** All of them: also what stands at the head of every page. */
export const waysQuery = (caller: Caller) =>
  queryOptions({
    queryKey: ['ways', caller],
    queryFn: ({ signal }) => ask(waysSchema, '/ways', { caller, signal }),
    // health moves without anybody being told
    refetchInterval: 60_000,
    meta: { live: { topics: ['ways'] } },
  });

export const guidanceQuery = (caller: Caller, version: string | undefined) =>
  queryOptions({
    queryKey: ['guidance', caller, version],
    queryFn: ({ signal }) => ask(guidanceSchema, '/ways/guidance', { caller, query: { version }, signal }),
    meta: { live: { topics: ['ways'] } },
  });
