import type { RehearsalDocument } from '@penstock/api';
import { playFirewall, type Stage } from './firewall.ts';

// Rehearsals on a network that runs: one at a time, begun from the panel.

/** Lines of progress that are kept. */
const MOST_SAID = 40;
const MEASURED_SECONDS = 3;

export class Rehearsals {
  readonly #stage: Omit<Stage, 'goesOn' | 'messages' | 'measureSeconds' | 'say'>;
  /** The last one. */
  document: RehearsalDocument | undefined;

  constructor(stage: Omit<Stage, 'goesOn' | 'messages' | 'measureSeconds' | 'say'>) {
    this.#stage = stage;
  }

  /** Begins one, unless one runs. */
  begin(messages: number): void {
    if (this.document?.state === 'running') return;
    this.document = { state: 'running', messages, said: [], scenes: [] };
    this.#play(messages).then(
      () => this.#set({ state: 'done' }),
      (error: unknown) => {
        this.#say(error instanceof Error ? error.message : String(error));
        this.#set({ state: 'failed' });
      },
    );
  }

  async #play(messages: number): Promise<void> {
    const stage = {
      ...this.#stage,
      goesOn: true,
      messages,
      measureSeconds: MEASURED_SECONDS,
      say: (words: string) => this.#say(words),
    };
    for (const isAnnounced of [true, false]) {
      this.#say(isAnnounced ? 'With the change announced:' : 'The same again, without the notice:');
      const scene = await playFirewall(stage, isAnnounced);
      this.#set({ scenes: [...(this.document?.scenes ?? []), scene] });
    }
    this.#say('Played to its end.');
  }

  #say(words: string): void {
    this.#set({ said: [...(this.document?.said ?? []), words].slice(-MOST_SAID) });
  }

  #set(changes: Partial<RehearsalDocument>): void {
    if (this.document !== undefined) this.document = { ...this.document, ...changes };
  }
}
