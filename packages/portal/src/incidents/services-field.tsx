import { Checkbox, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../session/me.ts';
import { servicesQuery } from './queries.ts';

/** Which services, of all that there are. */
export function ServicesField(props: {
  label: string;
  description?: string;
  id?: string;
  error?: string | undefined;
  services: readonly string[];
  onChange: (services: string[]) => void;
}) {
  const { acting } = useSession();
  const asked = useQuery(servicesQuery({ acting }));
  const { services, error } = props;
  return (
    <Checkbox.Group
      {...(props.id === undefined ? {} : { id: props.id })}
      label={props.label}
      {...(props.description === undefined ? {} : { description: props.description })}
      error={error}
      value={[...services]}
      onChange={props.onChange}
    >
      <Group gap="md" mt={6}>
        {(asked.data ?? []).map((name) => (
          <Checkbox key={name} value={name} label={name} />
        ))}
        {asked.isError ? <Text size="sm">The names of the services could not be loaded.</Text> : null}
      </Group>
    </Checkbox.Group>
  );
}
