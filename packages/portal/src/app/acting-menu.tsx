import { NavLink, Text, VisuallyHidden } from '@mantine/core';
import { Link, useRouterState } from '@tanstack/react-router';
import { choiceWords } from '../session/choices.ts';
import { FindChoice } from '../session/find-choice.tsx';
import { actingOf, roleWords, useSession } from '../session/me.ts';
import { Disclosure } from '../shared/disclosure.tsx';

/** The pages that are there for whomever one acts; what is below one (a message, an event, a file) is one User's. */
const OF_EVERYBODY = /^\/[a-z]+$/;

/** For whom one acts, always in sight; and the way to act for another, which starts that one's pages anew. */
export function ActingMenu() {
  const { me, acting } = useSession();
  const stays = useRouterState({ select: ({ location }) => OF_EVERYBODY.test(location.pathname) });
  const { party, role } = me.acting;
  const shown = (
    <span className="penstock-acting">
      <span className="penstock-acting-for">Acting for </span>
      <b>{party.name}</b>
      <span className="penstock-acting-id">{acting === 'operator' ? roleWords[role] : acting}</span>
    </span>
  );
  if (me.choices.length < 2) return <div className="penstock-acting-alone">{shown}</div>;
  return (
    <Disclosure
      label="For whom to act"
      width={330}
      buttonProps={{ variant: 'default', className: 'penstock-acting-button' }}
      button={
        <>
          {shown}
          <VisuallyHidden>: change</VisuallyHidden>
        </>
      }
    >
      {(close) => (
        <nav aria-label="Act for another">
          <Text fw={650} pb={4}>
            Act for
          </Text>
          <FindChoice choices={me.choices}>
            {(choice) => (
              <NavLink
                active={actingOf(choice) === acting}
                aria-current={actingOf(choice) === acting ? 'true' : undefined}
                onClick={close}
                label={choice.party.name}
                description={choiceWords(choice)}
                renderRoot={(props) => (
                  <Link to={stays ? '.' : '/overview'} search={{ for: actingOf(choice) }} {...props} />
                )}
              />
            )}
          </FindChoice>
        </nav>
      )}
    </Disclosure>
  );
}
