const started = performance.now();

/** Says on standard error what is being done; standard output is for the result. */
export function say(text: string): void {
  const seconds = (performance.now() - started) / 1000;
  console.error(`[${seconds.toFixed(1).padStart(6)} s] ${text}`);
}
