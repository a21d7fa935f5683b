// biome-ignore-all lint/a11y/useFocusableInteractive: cells of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Anchor } from '@mantine/core';
import type { MessageDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { DeviceLink } from '../devices/device-link.tsx';
import type { MoreRows } from '../shared/more-rows.tsx';
import { VirtualTable } from '../shared/virtual-table.tsx';
import { When } from '../shared/when.tsx';
import { Outcome } from './outcome.tsx';
import { kindWords, type MessageSearch } from './search.ts';

/** The Command Variant of what is for the Operator and no device. */
const NON_DEVICE = 8;
const NARROW_ROW_PIXELS = 118;
const columns = ['Time', 'Kind', 'Service', 'Device', 'Outcome', 'Code'];

/** The list itself. */
export function MessageTable(props: { rows: readonly MessageDocument[]; search: MessageSearch; more: MoreRows }) {
  const { search, ...list } = props;
  return (
    <VirtualTable
      {...list}
      label="Messages"
      boxLabel="Messages, newest first"
      columns={columns}
      keyOf={({ position }) => position}
      cells={(message) => <Cells message={message} search={search} />}
      narrowRowPixels={NARROW_ROW_PIXELS}
    />
  );
}

function Cells({ message, search }: { message: MessageDocument; search: MessageSearch }) {
  const [day = '', sequence = ''] = message.position.split('/');
  return (
    <>
      <div role="cell">
        <Anchor
          renderRoot={(props) => (
            <Link to="/messages/$day/$sequence" params={{ day, sequence }} search={search} {...props} />
          )}
        >
          <When at={message.recordedAt} />
        </Anchor>
      </div>
      <div role="cell">
        <span aria-hidden className="penstock-direction">
          {message.direction === 'southbound' ? '→' : '←'}
        </span>
        {kindWords[message.kind]}
      </div>
      <div role="cell">{message.serviceReferenceVariant ?? '-'}</div>
      <div role="cell" className="penstock-identifier">
        {message.commandVariant === NON_DEVICE ? message.target : <DeviceLink device={message.target} />}
      </div>
      <div role="cell">
        <Outcome verdict={message.verdict} />
      </div>
      <div role="cell">{message.code ?? '-'}</div>
    </>
  );
}
