import { Anchor, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { FailureSummary } from './failure.tsx';

export interface Checked<Field extends string> {
  /** For the input of a field: how the summary finds it, and what is wrong with it. */
  field(name: Field): { readonly id: string; readonly error: string | undefined };
  /** Everything that is wrong, each with the way to its field; undefined while nothing is, or nobody tried. */
  readonly summary: ReactNode | undefined;
  submit(event: FormEvent<HTMLFormElement>): void;
}

/**
 * A form that is checked before it is sent. `faults` has each field that can be wrong, in the order of the page, with what
 * is wrong now and what to do. Nobody is told before trying to send; then the summary takes the focus, at each try anew,
 * and what is mended goes from it as it is mended.
 */
export function useChecked<Field extends string>(
  faults: Readonly<Partial<Record<Field, string | undefined>>>,
  send: () => void,
  /** Whether it was tried already: by a link that is none. */
  isTried = false,
): Checked<Field> {
  const id = useId();
  const [tries, setTries] = useState(isTried ? 1 : 0);
  const [halves, setHalves] = useState<readonly HalfTyped[]>([]);
  const found = Object.entries<string | undefined>(faults).filter(([, message]) => message !== undefined);
  const visible = tries > 0 ? found : [];
  return {
    field: (name) => ({ id: `${id}-${name}`, error: tries > 0 ? faults[name] : undefined }),
    summary:
      visible.length + halves.length === 0 ? undefined : (
        <FailureSummary key={tries} words={{ title: 'There is a problem.', action: 'See to this, then try again.' }}>
          <ul className="penstock-why">
            {[...visible.map(([name, message]) => ({ id: `${id}-${name}`, message })), ...halves].map((fault) => (
              <li key={fault.id}>
                <Anchor
                  component="button"
                  type="button"
                  size="sm"
                  underline="always"
                  c="var(--mantine-color-error)"
                  onClick={() => focusOn(fault.id)}
                >
                  {fault.message}
                </Anchor>
              </li>
            ))}
          </ul>
        </FailureSummary>
      ),
    submit: (event) => {
      event.preventDefault();
      const half = halfTyped(event.currentTarget);
      const isGood = found.length + half.length === 0;
      setHalves(half);
      setTries(isGood ? 0 : tries + 1);
      if (isGood) send();
    },
  };
}

interface HalfTyped {
  readonly id: string;
  readonly message: string;
}

/** A date without its time is nothing to the page, as an empty field is, which often means 'at once'. */
function halfTyped(form: Element): HalfTyped[] {
  return [...form.querySelectorAll('input')].flatMap((input) => {
    const [label] = input.labels ?? [];
    return input.validity.badInput
      ? [{ id: input.id, message: `Complete “${label?.textContent ?? input.type}”, or leave it empty.` }]
      : [];
  });
}

/** Of several choices, the first one that can be taken. */
function focusOn(id: string): void {
  const field = document.getElementById(id);
  const inner = field?.querySelector<HTMLElement>('input:checked, input:enabled');
  (inner ?? field)?.focus();
}

/** A form of the pages: what is wrong with it stands at its head, else what failed when it was sent. */
export function Form(props: {
  checked: Checked<string>;
  /** What the server said of it. */
  failure: ReactNode;
  label?: string;
  /** Before what is wrong. */
  head?: ReactNode;
  gap?: 'sm' | 'md';
  maw?: number;
  className?: string;
  children: ReactNode;
}) {
  const { checked, failure, label, head, gap = 'md', maw, className, children } = props;
  return (
    // the browser's own words come one at a time, at the field, and are gone when one looks away
    <form onSubmit={checked.submit} noValidate aria-label={label} className={className}>
      <Stack gap={gap} {...(maw === undefined ? {} : { maw })}>
        {head}
        {checked.summary ?? failure}
        {children}
      </Stack>
    </form>
  );
}
