import type { Choice } from '@penstock/api/schemas';
import { roleWords } from './me.ts';

/** More than one sees at a glance: then there is a box to find in. */
export const FEW_CHOICES = 8;
/** Shown of what is found: nobody looks through more. */
const MOST_SHOWN = 50;

export interface FoundChoices {
  readonly shown: readonly Choice[];
  /** Of which those shown are the first. */
  readonly found: number;
}

/** As a choice is said beside the name of its Party. */
export function choiceWords(choice: Choice): string {
  return `${choice.kind === 'operator' ? 'the Operator' : choice.userId}, as ${roleWords[choice.role]}`;
}

const byName = new Intl.Collator('en', { numeric: true });
const sides = ['operator', 'user'];

/**
 * Those in which each word of the text stands: in the name or id of the Party, the User ID (with hyphens or without), the role.
 * Those in whose names all stand come first: nearly every User ID contains any two digits.
 */
export function findChoices(choices: readonly Choice[], text: string): FoundChoices {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = choices
    .map((choice) => {
      const name = `${choice.party.name}\n${choice.party.partyId}`.toLowerCase();
      const id = choiceWords(choice).toLowerCase();
      const all = [name, id, ...(choice.kind === 'user' ? [id.replaceAll('-', '')] : [])].join('\n');
      return { choice, all, isNamed: words.every((word) => name.includes(word)) };
    })
    .filter(({ all }) => words.every((word) => all.includes(word)))
    .sort(
      (one, other) =>
        Number(other.isNamed) - Number(one.isNamed) ||
        sides.indexOf(one.choice.kind) - sides.indexOf(other.choice.kind) ||
        byName.compare(one.choice.party.name, other.choice.party.name) ||
        byName.compare(one.choice.userId, other.choice.userId),
    );
  return { shown: found.slice(0, MOST_SHOWN).map(({ choice }) => choice), found: found.length };
}
