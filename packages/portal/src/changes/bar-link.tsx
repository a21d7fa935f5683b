import { Link } from '@tanstack/react-router';
import type { CSSProperties, ReactNode } from 'react';
import type { ShownChange } from './calendar-data.ts';
import { classOf, nameOf } from './shown.ts';
import { ownerOf, stateWords, wordsOfTimes } from './words.ts';

/** A change as a bar of the calendar; all of it in its title, since a bar is short. */
export function BarLink(props: {
  shown: ShownChange;
  /** Of its times the one that the bar is of. */
  times: { readonly from: number; readonly to: number } | undefined;
  style: CSSProperties;
  className?: string;
  isOutOfOrder?: boolean;
  children?: ReactNode;
}) {
  const { shown, times, style, className = '', isOutOfOrder = false, children } = props;
  const { change } = shown;
  const when =
    times === undefined
      ? ''
      : `, ${wordsOfTimes({ from: new Date(times.from).toISOString(), to: new Date(times.to).toISOString() }, 'Europe/London')}`;
  const state = change.see === 'whole' ? `, ${stateWords[change.state].toLowerCase()}` : '';
  return (
    <Link
      to="/changes/$change"
      params={{ change: change.change }}
      search={(before) => ({ for: before.for })}
      className={`penstock-bar-link ${classOf(shown)} ${className}`}
      style={style}
      title={`${nameOf(shown)} (${ownerOf(change)}${state})${when}`}
      {...(isOutOfOrder ? { tabIndex: -1 } : {})}
    >
      {children}
      {nameOf(shown)}
    </Link>
  );
}
