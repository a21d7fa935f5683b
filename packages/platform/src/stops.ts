/** What was started, to be stopped the other way round. */
export interface Stops {
  add(stop: () => Promise<void>): void;
  /** Safe to call twice: each is stopped once. */
  stop(): Promise<void>;
}

export function stopInOrder(): Stops {
  const stops: (() => Promise<void>)[] = [];
  return {
    add: (stop) => {
      stops.push(stop);
    },
    stop: async () => {
      for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
    },
  };
}
