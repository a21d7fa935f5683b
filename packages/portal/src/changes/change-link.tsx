import { Anchor } from '@mantine/core';
import type { ChangeView } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { titleOf } from './words.ts';

export function ChangeLink({ change }: { change: ChangeView }) {
  return (
    <Anchor
      className="penstock-change-title"
      renderRoot={(props) => (
        <Link
          to="/changes/$change"
          params={{ change: change.change }}
          search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })}
          {...props}
        />
      )}
    >
      {titleOf(change)}
    </Anchor>
  );
}
