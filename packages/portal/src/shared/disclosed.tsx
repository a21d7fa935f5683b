import type { ReactNode } from 'react';

/** What is there when one wants it. */
export function Disclosed({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="penstock-before">
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
