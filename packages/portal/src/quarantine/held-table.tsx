// biome-ignore-all lint/a11y/useFocusableInteractive: cells of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Anchor, Checkbox } from '@mantine/core';
import type { HeldMessageDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { kindWords } from '../messages/search.ts';
import type { MoreRows } from '../shared/more-rows.tsx';
import { VirtualTable } from '../shared/virtual-table.tsx';
import { When } from '../shared/when.tsx';
import { fateOf } from './words.ts';

const NARROW_ROW_PIXELS = 128;

/** What an event holds, in the order of holding. */
export function HeldTable(props: {
  rows: readonly HeldMessageDocument[];
  user: string | undefined;
  /** SHA-256 of each message that is chosen; undefined: none can be. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: (chosen: ReadonlySet<string>) => void;
  more: MoreRows;
}) {
  const { user, chosen, onChoose, ...list } = props;

  function choose(sha256: string, isChosen: boolean) {
    const next = new Set(chosen);
    if (isChosen) next.add(sha256);
    else next.delete(sha256);
    onChoose(next);
  }

  return (
    <VirtualTable
      {...list}
      label="Held messages"
      boxLabel="Held messages, oldest first"
      boxClass="penstock-held"
      tableClass={chosen === undefined ? '' : 'penstock-chosen'}
      columns={[...(chosen === undefined ? [] : ['Choose']), 'Held', 'Kind', 'Service', 'Device', 'State']}
      keyOf={({ position }) => position}
      cells={(message) => (
        <>
          {chosen === undefined ? null : (
            <div role="cell">
              <Checkbox
                aria-label={`Choose ${message.messageId}`}
                disabled={message.decision !== undefined}
                checked={chosen.has(message.sha256)}
                onChange={(event) => choose(message.sha256, event.currentTarget.checked)}
              />
            </div>
          )}
          <Cells message={message} user={user} />
        </>
      )}
      narrowRowPixels={NARROW_ROW_PIXELS}
    />
  );
}

function Cells({ message, user }: { message: HeldMessageDocument; user: string | undefined }) {
  const [day = '', sequence = ''] = message.position.split('/');
  const fate = fateOf(message);
  return (
    <>
      <div role="cell">
        <Anchor
          renderRoot={(props) => (
            <Link
              to="/messages/$day/$sequence"
              params={{ day, sequence }}
              search={(search) => ({ for: search.for, user })}
              {...props}
            />
          )}
        >
          <When at={message.heldAt} />
        </Anchor>
      </div>
      <div role="cell">{kindWords[message.kind]}</div>
      <div role="cell">{message.serviceReferenceVariant ?? '-'}</div>
      <div role="cell" className="penstock-identifier">
        {message.target}
      </div>
      <div role="cell" title={fate} className="penstock-fate">
        {fate}
      </div>
    </>
  );
}
