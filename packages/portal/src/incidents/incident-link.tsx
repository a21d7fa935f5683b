import { Anchor } from '@mantine/core';
import type { IncidentDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { withPeriods } from '../shared/periods.ts';
import { stateMarks, stateWords } from './words.ts';

export function IncidentLink({ incident }: { incident: Pick<IncidentDocument, 'incident' | 'title'> }) {
  return (
    <Anchor
      fw={650}
      size="sm"
      renderRoot={(props) => (
        <Link
          to="/incidents/$incident"
          params={{ incident: incident.incident }}
          search={({ for: acting }: { for?: string | undefined }) => ({ for: acting })}
          {...props}
        />
      )}
    >
      {withPeriods(incident.title)}
    </Anchor>
  );
}

/** How an incident stands: a mark and a word. */
export function IncidentMark({ state }: Pick<IncidentDocument, 'state'>) {
  return <span className={`penstock-outcome penstock-health-${stateMarks[state]}`}>{stateWords[state]}</span>;
}
