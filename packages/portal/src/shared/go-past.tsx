import { type ReactNode, useRef } from 'react';

/** The way past a list that comes as one tabs through it, and never ends; seen when the keyboard comes to it. */
export function GoPast({ isLong, children }: { isLong: boolean; children: ReactNode }) {
  const end = useRef<HTMLSpanElement>(null);
  return (
    <>
      {isLong ? (
        <button type="button" className="penstock-past" onClick={() => end.current?.focus()}>
          Go past the list
        </button>
      ) : null}
      {children}
      <span ref={end} tabIndex={-1} className="penstock-past-end" />
    </>
  );
}
