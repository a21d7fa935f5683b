import { Select } from '@mantine/core';
import { limitsListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';

/** One of the services that changes name, or all of them. */
export function ServiceSelect(props: { value: string | null; onChange: (service: string | null) => void }) {
  const { acting } = useSession();
  const limits = useQuery({
    queryKey: ['change-limits', acting],
    queryFn: ({ signal }) => ask(limitsListSchema, '/changes/limits', { caller: { acting }, signal }),
  });
  const inForce = limits.data?.items.find(({ version }) => version === limits.data.inForce);
  return (
    <Select
      label="Service"
      description="Only changes that affect it; without one, all"
      placeholder="All services"
      clearable
      data={(inForce?.limits.services ?? []).map(({ name }) => name)}
      value={props.value}
      onChange={props.onChange}
    />
  );
}
