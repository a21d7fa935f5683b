// biome-ignore-all lint/a11y/useFocusableInteractive: cells of this table are no controls
// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table element cannot be left out of the document
import { Anchor } from '@mantine/core';
import type { TitleDocument } from '@penstock/api/schemas';
import { kindWords } from '../messages/search.ts';
import type { MoreRows } from '../shared/more-rows.tsx';
import { VirtualTable } from '../shared/virtual-table.tsx';
import { Day, When } from '../shared/when.tsx';
import { roleBesideParty, senderWords, whyWords } from './words.ts';

/** Four lines of the longest cell. */
const ROW_PIXELS = 94;
const NARROW_ROW_PIXELS = 268;
const columns = ['Time', 'Kind', 'Service', 'Code', 'Request sent by', 'Why it is shown'];

/** The list itself. */
export function TitleTable(props: {
  rows: readonly TitleDocument[];
  isOperator: boolean;
  /** Left out: who looks may ask nobody. */
  onAsk?: ((title: TitleDocument) => void) | undefined;
  more: MoreRows;
}) {
  const { isOperator, onAsk, ...list } = props;
  return (
    <VirtualTable
      {...list}
      label="Titles"
      boxLabel="Titles, newest first"
      boxClass="penstock-titles"
      columns={columns}
      keyOf={({ reference }) => reference}
      cells={(title) => <Cells title={title} isOperator={isOperator} onAsk={onAsk} />}
      rowPixels={ROW_PIXELS}
      narrowRowPixels={NARROW_ROW_PIXELS}
    />
  );
}

function Cells(props: {
  title: TitleDocument;
  isOperator: boolean;
  onAsk: ((title: TitleDocument) => void) | undefined;
}) {
  const { title, isOperator, onAsk } = props;
  const { time, sentAt, direction, kind, serviceReferenceVariant, name, concerns, code, meaning, sender, why } = title;
  const { words, dated, date } = whyWords(why, isOperator);
  return (
    <>
      <div role="cell">
        <When at={time} />
        {sentAt === undefined ? null : (
          <small>
            held, sent <When at={sentAt} inline />
          </small>
        )}
      </div>
      <div role="cell">
        <span>
          <span aria-hidden className="penstock-direction">
            {direction === 'southbound' ? '→' : '←'}
          </span>
          {kindWords[kind]}
        </span>
        <small>{concernsWords[direction][concerns]}</small>
      </div>
      <div role="cell">
        <span>{serviceReferenceVariant ?? '-'}</span>
        <small>{name}</small>
      </div>
      <div role="cell">
        <span>{code ?? '-'}</span>
        <small>{meaning}</small>
      </div>
      <div role="cell">
        <span>{senderWords(sender, isOperator)}</span>
        <small>{roleBesideParty(sender)}</small>
        {onAsk === undefined || sender.isYou ? null : (
          <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onAsk(title)}>
            Ask the sender
          </Anchor>
        )}
      </div>
      <div role="cell">
        <span>{words}</span>
        {date === undefined ? null : (
          <small>
            {dated} <Day at={date} />
          </small>
        )}
      </div>
    </>
  );
}

const concernsWords = {
  southbound: { target: 'addressed to it', body: 'names it in its body' },
  northbound: { target: 'about it', body: 'names it in its body' },
} as const;
