// A window as people write it: in London's time, with the hour that the clocks leave out or have twice said at once. Pure.
import { type ChangeWindow, HOUR, instantsOf, localTime, writeLocal } from '@penstock/api/schemas';

/** Which of the two times an hour that comes twice is meant: the first, in summer time, or the second. */
export type Which = '' | '+01:00' | '+00:00';

export interface WindowForm {
  readonly key: number;
  /** '2026-12-10T22:00' */
  readonly from: string;
  readonly fromWhich: Which;
  readonly to: string;
  readonly toWhich: Which;
  /** '' does not repeat. */
  readonly every: '' | 'day' | 'week' | 'month';
  readonly interval: string;
  readonly until: string;
  /** Days, parted by commas or lines. */
  readonly except: string;
}

let keys = 0;
const nextKey = () => {
  keys += 1;
  return keys;
};

export const emptyWindow = (): WindowForm => ({
  key: nextKey(),
  from: '',
  fromWhich: '',
  to: '',
  toWhich: '',
  every: '',
  interval: '1',
  until: '',
  except: '',
});

/** A time with an offset behind it as London's clocks show it, and in which of its two hours. */
function timeOf(text: string): { time: string; which: Which } {
  if (text.length === 16) return { time: text, which: '' };
  const instant = Date.parse(`${text.slice(0, 16)}:00${text.slice(16)}`);
  const local = localTime(instant);
  return { time: writeLocal(local), which: local > instant ? '+01:00' : '+00:00' };
}

export function windowFormOf({ from, to, repeat }: ChangeWindow): WindowForm {
  const [begins, ends] = [timeOf(from), timeOf(to)];
  return {
    ...emptyWindow(),
    from: begins.time,
    fromWhich: begins.which,
    to: ends.time,
    toWhich: ends.which,
    ...(repeat === undefined
      ? {}
      : {
          every: repeat.every,
          interval: String(repeat.interval),
          until: repeat.until,
          except: repeat.except.join(', '),
        }),
  };
}

/** How often London's clocks show a time: usually once. */
export function timesShown(local: string): 0 | 1 | 2 {
  const written = Date.parse(`${local.slice(0, 16)}:00Z`);
  if (Number.isNaN(written)) return 1;
  return instantsOf(written).length as 0 | 1 | 2;
}

function timeFault(local: string, which: Which, name: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return `Enter a date and a time for “${name}”.`;
  const shown = timesShown(local);
  if (shown === 0) {
    return `“${name}”: that night the clocks of London leave out the hour from 01:00. Take a time an hour later.`;
  }
  return shown === 2 && which === ''
    ? `“${name}”: that night this time comes twice in London. Say which of the two is meant.`
    : undefined;
}

/** With the offset that was chosen, where London's clocks have it then. */
function written(local: string, which: Which): string {
  const shown = Date.parse(`${local.slice(0, 16)}:00Z`);
  const offset = which === '+01:00' ? HOUR : 0;
  const isMeant = which !== '' && !Number.isNaN(shown) && instantsOf(shown).includes(shown - offset);
  return `${local.slice(0, 16)}${isMeant ? which : ''}`;
}

const daysOf = (text: string) =>
  text
    .split(/[\s,;]+/)
    .map((day) => day.trim())
    .filter((day) => day !== '');

/** What the form says as the API takes it, and what is wrong, by `at`. */
export function readWindow(
  form: WindowForm,
  at: string,
): { readonly window: ChangeWindow; readonly faults: Readonly<Record<string, string | undefined>> } {
  const [from, to] = [written(form.from, form.fromWhich), written(form.to, form.toWhich)];
  const except = daysOf(form.except);
  const toFault = timeFault(form.to, form.toWhich, 'To');
  const interval = Number(form.interval);
  return {
    window: {
      from,
      to,
      ...(form.every === '' ? {} : { repeat: { every: form.every, interval, until: form.until, except } }),
    },
    faults: {
      [`${at}.from`]: timeFault(form.from, form.fromWhich, 'From'),
      [`${at}.to`]:
        toFault ?? (to.length === 16 && to <= from.slice(0, 16) ? '“To” must be later than “From”.' : undefined),
      ...(form.every === ''
        ? {}
        : {
            [`${at}.interval`]:
              Number.isInteger(interval) && interval >= 1 && interval <= 31
                ? undefined
                : 'Enter a number from 1 to 31.',
            [`${at}.until`]:
              form.until === ''
                ? 'Say until which day it repeats.'
                : form.until < form.from.slice(0, 10)
                  ? 'It repeats until a day before its first one.'
                  : undefined,
            [`${at}.except`]: except.every((day) => /^\d{4}-\d\d-\d\d$/.test(day))
              ? undefined
              : 'Enter days to leave out as 2026-12-24, parted by commas.',
          }),
    },
  };
}
