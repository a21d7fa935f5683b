import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { When } from '../shared/when.tsx';

/** The way from a list to a file's own page, by the instant that the list is ordered by. */
export function FileLink({ sha256, user, at }: { sha256: string; user: string | undefined; at: string }) {
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/submissions/$sha256"
          params={{ sha256 }}
          search={(search) => ({ for: search.for, user })}
          {...props}
        />
      )}
    >
      <When at={at} />
    </Anchor>
  );
}
