import { Anchor, Button, Group, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { Announcement } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { splitInstants } from '../shared/instants-in-words.ts';
import { When } from '../shared/when.tsx';
import { waysQuery } from '../ways/queries.ts';

const nameOf = ({ kind, way, at }: Announcement): string => `${kind} ${way} ${at}`;

/** The words, with their times in the reader's zone, as all times of the page. */
function Said({ words }: { words: string }) {
  return splitInstants(words).map((part) =>
    typeof part === 'string' ? part : <When key={part.at} at={part.at} inline />,
  );
}

/** What everybody is to know, on every page; what is over, or comes, may be put away in this browser. */
export function Announcements() {
  const { acting } = useSession();
  const { data } = useQuery(waysQuery({ acting }));
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [seen, setSeen] = useLocalStorage<readonly string[]>({ key: 'penstock-announcements', defaultValue: [] });
  const shown = (data?.announcements ?? []).filter((one) => !seen.includes(nameOf(one)));
  return (
    // a landmark only while it has something to say; what is read aloud must be there before
    <section
      aria-label={shown.length > 0 ? 'Announcements' : undefined}
      aria-live="polite"
      className="penstock-announcements"
    >
      {shown.map((one) => (
        <div key={nameOf(one)} className="penstock-announcement" data-kind={one.kind}>
          <Text size="sm">
            <Said words={one.words} />
          </Text>
          <Group gap="sm">
            {path === '/ways' ? null : (
              <Anchor
                size="sm"
                renderRoot={(props) => (
                  <Link to="/ways" search={({ for: actingFor }) => ({ for: actingFor })} {...props} />
                )}
              >
                How to deliver now
              </Anchor>
            )}
            {one.kind === 'outage' ? null : (
              <Button
                size="compact-xs"
                variant="default"
                // the last few: what was put away longer ago is not announced any more
                onClick={() => setSeen([...seen, nameOf(one)].slice(-20))}
              >
                Put away
              </Button>
            )}
          </Group>
        </div>
      ))}
    </section>
  );
}
