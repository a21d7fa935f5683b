import type { PenstockClient } from '@penstock/api';
import { type PlannedChange, plannedFrom } from './demo-changes.ts';
import { asDemonstrated, asOperator, type Demonstration } from './demo-client.ts';

/** Makes a change and brings it where it is; returns its id. */
async function plan({ changes }: PenstockClient, { content, isTemplate, moves }: PlannedChange): Promise<string> {
  const { change } = await changes.create({ content, ...(isTemplate ? { isTemplate } : {}) });
  let { version } = change;
  for (const to of moves) version = (await changes.move(change.change, { version, to })).change.version;
  return change.change;
}

/** Puts in what is planned in the demonstration as its Users would: by the API, unless the Operator has changes already. */
export async function planDemonstrationChanges(
  demonstration: Demonstration,
  operator: string,
  now: Date,
): Promise<void> {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(now);
  const planned = plannedFrom(today, operator);
  const machine = { userId: operator, role: 'change_manager', reason: 'the demonstration is set up' } as const;
  const isFirst = await asOperator(demonstration, machine, async ({ changes }) => {
    if ((await changes.list({ mine: 'true', limit: 1 })).items.length > 0) return false;
    for (const event of planned.calendar) await changes.postEvent(event);
    return true;
  });
  if (!isFirst) return;
  const made = new Map<string, string>();
  const owners = Map.groupBy(planned.changes, ({ userId }) => userId);
  for (const [userId, its] of owners) {
    const planAll = async (client: PenstockClient) => {
      for (const one of its) {
        const { statement, title } = one.content;
        const parts = one.madeOf?.flatMap((part) => made.get(part) ?? []);
        const said = statement.kind === 'release' && parts !== undefined ? { ...statement, changes: parts } : statement;
        made.set(title, await plan(client, { ...one, content: { ...one.content, statement: said } }));
      }
    };
    if (userId === operator) await asOperator(demonstration, machine, planAll);
    else await asDemonstrated(demonstration, userId, planAll);
  }
}
