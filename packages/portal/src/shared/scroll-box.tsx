import type { ReactNode } from 'react';

/** A wide table on a narrow screen: it scrolls by itself, by keyboard too, and the page does not. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="penstock-scroll-box" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
