import { useQuery } from '@tanstack/react-query';
import { partyNameQuery } from '../directory/names.ts';
import { useSession } from '../session/me.ts';

/**
 * A User ID, to the Operator's people with the name of its Party: above it in a table, before it in a sentence (`inline`).
 * A User sees its own, whose name the head of the page has.
 */
export function UserName({ userId, inline = false }: { userId: string; inline?: boolean }) {
  const { me, acting } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const name = useQuery({ ...partyNameQuery(acting, userId), enabled: isOperator });
  const identifier = <span className="penstock-identifier">{userId}</span>;
  if (!isOperator || name.data === null || name.isError) return identifier;
  if (inline) {
    return (
      <>
        {name.data} {identifier}
      </>
    );
  }
  return (
    <span className="penstock-user-name">
      {/* its line is there before its name, so that nothing moves when it comes */}
      <span>{name.data ?? '\u00a0'}</span>
      {identifier}
    </span>
  );
}
