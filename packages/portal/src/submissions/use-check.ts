import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Caller } from '../api/call.ts';
import type { CheckJob } from '../files/jobs.ts';
import { runJob, workerCallerOf } from '../files/run-job.ts';
import { useSession } from '../session/me.ts';
import { limitsQuery, servicesQuery, thresholdsQuery } from '../thresholds/queries.ts';

/** Everything that a file is judged by, as it is in force at this moment. */
async function basisOf(
  client: QueryClient,
  caller: Caller,
  userId: string,
  isOperator: boolean,
): Promise<Omit<CheckJob, 'job' | 'file'>> {
  // one owner has at most 1,000 thresholds: five pages
  const asked = thresholdsQuery(caller, undefined);
  const [names, limits, thresholds] = await Promise.all([
    client.ensureQueryData(servicesQuery(caller)),
    client.fetchQuery({ ...limitsQuery(caller), staleTime: 0 }),
    client.fetchInfiniteQuery({ ...asked, pages: 5, staleTime: 0 }),
  ]);
  return {
    srvs: names.services.map(({ srv }) => srv),
    attributes: names.attributes,
    userId,
    isOperator,
    thresholds: thresholds.pages.flatMap((page) => page.items),
    limits: limits.items.filter(({ endedAt }) => endedAt === undefined),
    caller: workerCallerOf(caller, undefined),
  };
}

/** Checks a file in a worker, against what is in force now; `rows` says how far it is. */
export function useCheck(file: File | null) {
  const { me, acting } = useSession();
  const client = useQueryClient();
  const [rows, setRows] = useState(0);
  const isOperator = me.acting.kind === 'operator';
  const userId = me.acting.userIds[0] ?? '';
  const check = useQuery({
    // a File has no identity but its own: the same name may have been written again
    queryKey: ['check', acting, file?.name, file?.size, file?.lastModified],
    queryFn: async ({ signal }) => {
      if (file === null) throw new Error('there is no file');
      setRows(0);
      const basis = await basisOf(client, { acting }, userId, isOperator);
      return runJob({ job: 'check', file, ...basis }, setRows, signal);
    },
    enabled: file !== null,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return { ...check, rows };
}
