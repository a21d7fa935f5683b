/** Commands as they are typed; what is too wide scrolls, by keyboard too. */
export function Commands({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="penstock-commands" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
