import { Text, TextInput } from '@mantine/core';
import type { Choice } from '@penstock/api/schemas';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { FEW_CHOICES, findChoices } from './choices.ts';

/**
 * For whom one may act, one link each; of more than a few one finds a part. Enter in the box never acts for anybody: it goes
 * to the first that is found, as the arrow does, and is pressed there again.
 */
export function FindChoice(props: { choices: readonly Choice[]; children: (choice: Choice) => ReactNode }) {
  const { choices, children } = props;
  const [text, setText] = useState('');
  const list = useId();
  const { shown, found } = findChoices(choices, text);
  const isLong = choices.length > FEW_CHOICES;

  function move(event: KeyboardEvent<HTMLElement>) {
    const { key, target, currentTarget } = event;
    const isBox = target instanceof HTMLInputElement;
    const step = key === 'ArrowDown' || (isBox && key === 'Enter') ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    // the box stands before the first link
    const stops = [...currentTarget.querySelectorAll<HTMLElement>('input, a')];
    stops[stops.indexOf(target as HTMLElement) + step]?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows are one more way between links that Tab reaches
    <div className="penstock-find-choice" onKeyDown={move}>
      {isLong ? (
        <>
          <TextInput
            label="Find by name, User ID or Party"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            data-autofocus
            aria-controls={list}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed" role="status">
            {countWords(found, shown.length, choices.length)}
          </Text>
        </>
      ) : null}
      <ul id={list} className="penstock-choices">
        {shown.map((choice) => (
          <li key={`${choice.kind} ${choice.userId}`}>{children(choice)}</li>
        ))}
      </ul>
    </div>
  );
}

function countWords(found: number, shown: number, all: number): string {
  if (found === 0) return `None of the ${all} contains this`;
  const which = found === all ? `${all}` : `${found} of ${all}`;
  return found > shown ? `${which}, the first ${shown} shown: type a part of it` : which;
}
