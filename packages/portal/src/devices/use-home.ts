import { type DeviceDocument, deviceListSchema, deviceSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import type { Wanted } from './search.ts';

/** The devices of the home that was asked for, the one that was asked for first. */
export function useHome(wanted: Wanted) {
  const { acting } = useSession();
  const caller = { acting };
  const { device, mpxn } = { device: undefined, mpxn: undefined, ...wanted };
  const own = useQuery({
    queryKey: ['device', acting, device],
    queryFn: ({ signal }) => ask(deviceSchema, `/devices/${device}`, { caller, signal }),
    enabled: device !== undefined,
    meta: { live: { topics: ['devices', 'directory'] } },
  });
  const hub = own.data?.home ?? (own.data?.kind === 'CHF' ? device : undefined);
  const query = mpxn === undefined ? { home: hub } : { mpxn };
  const others = useQuery({
    queryKey: ['home', acting, query],
    queryFn: ({ signal }) => ask(deviceListSchema, '/devices', { caller, query, signal }),
    enabled: mpxn !== undefined || hub !== undefined,
    meta: { live: { topics: ['devices', 'directory'] } },
  });
  const first: readonly DeviceDocument[] = own.data === undefined ? [] : [own.data];
  const rest = (others.data?.items ?? []).filter((one) => one.device !== device);
  return {
    isPending: own.isLoading || others.isLoading,
    error: own.error ?? others.error,
    home: [...first, ...rest],
    /** What all of them are asked by; undefined: the device stands alone. */
    asked: mpxn === undefined && hub === undefined ? undefined : query,
    refetch: () => void (own.isError ? own.refetch() : others.refetch()),
  };
}
