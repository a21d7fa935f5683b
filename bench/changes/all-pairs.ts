/** The plain way: each change with each other. What clashes of a change alone (freezes and such) is left out. */
import type { ChangeFacts, ClashRules } from '@penstock/platform/changes';

/** For each service all that it needs. */
function closureOf(services: ClashRules['services']): Map<string, Set<string>> {
  const needs = new Map(services.map(({ name, dependsOn }) => [name, new Set(dependsOn)]));
  for (let grew = true; grew; ) {
    grew = false;
    for (const its of needs.values()) {
      const before = its.size;
      for (const name of [...its]) for (const next of needs.get(name) ?? []) its.add(next);
      grew ||= its.size > before;
    }
  }
  return needs;
}

const share = (ones: readonly string[], others: readonly string[]) => ones.some((one) => others.includes(one));
const lists = ['services', 'srvs', 'interfaces', 'deviceModels', 'regions'] as const;
const usersOf = ({ owner, affected }: ChangeFacts) =>
  owner === undefined ? affected.userIds : [owner, ...affected.userIds];

/** The ids of each two that clash, the lesser first. */
export function comparePairs(changes: readonly ChangeFacts[], rules: ClashRules): string[] {
  const needs = closureOf(rules.services);
  const dependsOn = (one: ChangeFacts, other: ChangeFacts) =>
    one.affected.services.some((name) =>
      other.affected.services.some((needed) => name !== needed && needs.get(name)?.has(needed)),
    );
  const found: string[] = [];
  for (const [index, one] of changes.entries()) {
    for (let at = index + 1; at < changes.length; at += 1) {
      const other = changes[at];
      if (other === undefined) continue;
      const isAtOnce = one.spans.some((a) => other.spans.some((b) => a.from < b.to && b.from < a.to));
      if (!isAtOnce) continue;
      const isClash =
        lists.some((list) => share(one.affected[list], other.affected[list])) ||
        share(usersOf(one), usersOf(other)) ||
        dependsOn(one, other) ||
        dependsOn(other, one);
      if (isClash) found.push(`${one.change} ${other.change}`);
    }
  }
  return found;
}
