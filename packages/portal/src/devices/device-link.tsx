import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';

/** A device by its EUI-64, as the way to its page for whoever sees devices. */
export function DeviceLink({ device }: { device: string }) {
  const { me } = useSession();
  if (!me.permissions.includes('devices.see')) return <span className="penstock-identifier">{device}</span>;
  return (
    <Anchor
      className="penstock-identifier"
      renderRoot={(props) => (
        <Link
          to="/devices/$device"
          params={{ device }}
          search={({ for: acting, user }) => ({ for: acting, user })}
          {...props}
        />
      )}
    >
      {device}
    </Anchor>
  );
}
