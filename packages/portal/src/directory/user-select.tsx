import { partyPageSchema, type UserIdDocument, userIdPageSchema } from '@penstock/api/schemas';
import type { ComponentProps } from 'react';
import { ask } from '../api/call.ts';
import { type Findable, FoundSelect, MOST_FOUND } from '../shared/found-select.tsx';

function choiceOf({ userId, partyName, roles }: UserIdDocument) {
  return { value: userId, label: `${userId} (${partyName}, ${roles.map(({ role }) => role).join(' ')})` };
}
const isOperators = ({ roles }: UserIdDocument): boolean => roles.some(({ role }) => role === 'OPERATOR');

function userIds(isOfUsers: boolean): Findable {
  return {
    list: isOfUsers ? 'users' : 'user-ids',
    async search(acting, find, signal) {
      const query = { limit: MOST_FOUND, find };
      const { items, cursor } = await ask(userIdPageSchema, '/user-ids', { caller: { acting }, query, signal });
      const shown = isOfUsers ? items.filter((item) => !isOperators(item)) : items;
      return { choices: shown.map(choiceOf), hasMore: cursor !== undefined };
    },
    async named(acting, values, signal) {
      const query = { userIds: values.join(), limit: 200 };
      const { items } = await ask(userIdPageSchema, '/user-ids', { caller: { acting }, query, signal });
      return items.map(choiceOf);
    },
    nothing: 'No such User ID',
  };
}
const all = userIds(false);
const ofUsers = userIds(true);

type Given = Omit<ComponentProps<typeof FoundSelect>, 'of'>;

/** One of the User IDs that there are, the Operator's own among them. */
export function UserIdSelect(props: Given) {
  return <FoundSelect label="User ID" required {...props} of={all} />;
}

/** A User, by its User ID. */
export function UserSelect(props: Given) {
  return <FoundSelect {...props} of={ofUsers} />;
}

const parties: Findable = {
  list: 'parties',
  async search(acting, find, signal) {
    const query = { limit: MOST_FOUND, find };
    const { items, cursor } = await ask(partyPageSchema, '/parties', { caller: { acting }, query, signal });
    return {
      choices: items.map(({ partyId, name }) => ({ value: partyId, label: `${name} (${partyId})` })),
      hasMore: cursor !== undefined,
    };
  },
  async named(acting, [partyId], signal) {
    const { choices } = await parties.search(acting, partyId, signal);
    return choices.filter(({ value }) => value === partyId);
  },
  nothing: 'No such Party',
};

export function PartySelect(props: Given) {
  return <FoundSelect label="Party" required allowDeselect={false} {...props} of={parties} />;
}
