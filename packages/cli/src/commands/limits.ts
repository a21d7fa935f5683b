import { attributes } from '@penstock/duis';
import { compareLimits, type LimitDifference, type LimitRow, type LimitsFile, readLimits } from '@penstock/files';
import type { Command } from 'commander';
import { localCommand } from '../local-failure.ts';
import { submitting } from './submissions.ts';
import { addWholeFileCommands, count, type WholeFile, writeChange, writeSpan } from './whole-file.ts';

const writeRange = ({ minimum, maximum }: LimitRow): string =>
  [minimum === undefined ? '' : `from ${minimum}`, maximum === undefined ? '' : `to ${maximum}`]
    .filter((word) => word !== '')
    .join(' ');

const limitsFile: WholeFile<LimitsFile, LimitDifference, object> = {
  title: 'the Attribute Limits File',
  addOptions: (command) => command,
  read: (file, findings) => readLimits(file.read(), (attribute) => attributes.has(attribute), findings),
  summarise({ limits }) {
    const limited = new Set(limits.map(({ attribute }) => attribute)).size;
    return `${count(limits.length, 'row')} of limits for ${count(limited, 'attribute')}`;
  },
  ownerOf: () => 'attributes',
  compare: compareLimits,
  describe: () => ({}),
  writeDifference({ attribute, before, after, changes }) {
    const rows = after.length > 0 ? after : before;
    return [
      `${attribute}: passes ${rows.map(writeRange).join(', ')}`,
      ...changes.map((change) =>
        writeChange(change, rows.length > 1 || change.field === 'row' ? ` (${writeSpan(change)})` : ''),
      ),
    ];
  },
};

/** `penstock limits`: Attribute Limits Files, on the machine of the Operator's officer. */
export function limitsCommand(): Command {
  const command = localCommand('limits').description(
    'check, compare, sign and submit Attribute Limits Files, the Operator’s limits for values (docs/files.md)',
  );
  return addWholeFileCommands(command, limitsFile).addCommand(
    submitting(localCommand('submit').description('deliver a signed file, and wait for what becomes of it')),
  );
}
