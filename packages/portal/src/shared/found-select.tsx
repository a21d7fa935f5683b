import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../session/me.ts';
import { wordsOf } from './failure.tsx';

/** Shown of what is found: nobody looks through more. */
export const MOST_FOUND = 50;
/** Longest text that the API looks for. */
const LONGEST_FIND = 100;
/** Milliseconds without a key until it is looked for. */
const PAUSE = 200;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What is found of a text, MOST_FOUND at most. */
export interface FoundChoices {
  readonly choices: readonly Choice[];
  readonly hasMore: boolean;
}

/** A list of any length, as the API has it. */
export interface Findable {
  /** For the answers that are kept. */
  readonly list: string;
  search(acting: string, find: string | undefined, signal: AbortSignal): Promise<FoundChoices>;
  /** These by their values; what there is not is left out. */
  named(acting: string, values: readonly string[], signal: AbortSignal): Promise<readonly Choice[]>;
  /** Said when nothing is found. */
  readonly nothing: string;
}

const MORE = { value: '\u0000more', label: 'There are more: type a part of it', disabled: true };
const live = { meta: { live: { topics: ['directory'] } }, staleTime: 60_000 } as const;

/**
 * One of a list of any length: the platform looks through all of it for what is typed. While it looks there is nothing to
 * choose, so that Enter takes nothing that was not asked for.
 */
export function FoundSelect(
  props: {
    of: Findable;
    /** What stands before all others, such as all of them together. */
    first?: readonly Choice[];
    /** What is most likely meant, and what these are. */
    likely?: { readonly group: string; readonly values: readonly string[] } | undefined;
    value: string | null;
    onChange: (value: string | null) => void;
  } & Pick<SelectProps, 'id' | 'error' | 'label' | 'placeholder' | 'required' | 'allowDeselect' | 'w' | 'maw'>,
) {
  const { of, first = [], likely, value, onChange, error, ...select } = props;
  const { acting } = useSession();
  const [text, setText] = useState('');
  const [picked, setPicked] = useState<Choice>();
  const isPicked = value === null || [...first, picked].some((one) => one?.value === value);
  const asked = [...(likely?.values ?? []), ...(isPicked ? [] : [value])];
  const known = useQuery({
    queryKey: [of.list, 'named', acting, asked],
    queryFn: ({ signal }) => of.named(acting, asked, signal),
    enabled: asked.length > 0,
    ...live,
  });
  const chosen = [...first, picked, ...(known.data ?? [])].find((one) => one?.value === value);
  const typed = text === (chosen?.label ?? value) ? '' : text.trim().slice(0, LONGEST_FIND);
  const [find] = useDebouncedValue(typed, PAUSE);
  const found = useQuery({
    queryKey: [of.list, 'found', acting, find],
    queryFn: ({ signal }) => of.search(acting, find === '' ? undefined : find, signal),
    ...live,
  });
  const isLooking = find !== typed || found.isPending;
  return (
    <Select
      {...select}
      error={error ?? (found.isError ? wordsOf(found.error).title : undefined)}
      withAsterisk={false}
      searchable
      openOnFocus={false}
      data={typed === '' ? unasked() : isLooking ? [] : [...(found.data?.choices ?? []), ...more()]}
      filter={({ options }) => options}
      nothingFoundMessage={isLooking ? 'Looking ...' : of.nothing}
      searchValue={text}
      onSearchChange={setText}
      value={value}
      onChange={(chosenValue, option) => {
        if (option !== null) setPicked({ value: `${option.value}`, label: option.label });
        onChange(chosenValue);
      }}
    />
  );

  function more() {
    return found.data?.hasMore === true ? [MORE] : [];
  }
  /** Before anything is typed: what is chosen, what is likely, and the first of the list. */
  function unasked() {
    const isLikely = ({ value: one }: Choice) => likely?.values.includes(one) === true;
    const listed = [...first, ...(found.data?.choices ?? [])];
    const own = value === null || listed.some((one) => one.value === value) ? [] : [chosen ?? { value, label: value }];
    const probable = (known.data ?? []).filter(isLikely);
    const others = [...[...listed, ...own].filter((one) => !isLikely(one)), ...more()];
    if (likely === undefined || probable.length === 0) return others;
    return [
      { group: likely.group, items: probable },
      { group: 'Others', items: others },
    ];
  }
}
