import { Stack, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { PageTitle } from '../shared/page-title.tsx';
import { NoRight } from '../shared/states.tsx';
import { Views } from '../shared/views.tsx';
import { GuidanceView } from './guidance-view.tsx';
import { History } from './history.tsx';
import { ReadinessView } from './readiness-view.tsx';
import { WaysNow } from './ways-now.tsx';

const views = [
  ['now', 'Now'],
  ['guidance', 'How to deliver'],
  ['readiness', 'Who is ready'],
  ['history', 'History'],
] as const;

/** By which ways signed files come in now, how, and for whom it works. */
export function WaysPage() {
  const { me } = useSession();
  const { tab } = useSearch({ from: '/ways' });
  if (!me.permissions.includes('ways.see')) return <NoRight page="Ways" what="the ways of delivery" />;
  const [shown] = views.find(([name]) => name === tab) ?? views[0];
  const seen = views.map(([name, words]): readonly [string, string] => [
    name,
    name === 'readiness' && me.acting.kind === 'user' ? 'Your access' : words,
  ]);
  return (
    <Stack gap="md" maw={1200}>
      <PageTitle title="Ways" />
      <div>
        <Title order={1}>Ways of delivery</Title>
        <Text c="dimmed">
          A signed file counts the same by whichever way it comes. When the preferred way fails, fallbacks open.
        </Text>
      </div>
      <Views label="Of the ways" views={seen} shown={shown} />
      {shown === 'now' ? <WaysNow /> : null}
      {shown === 'guidance' ? <GuidanceView /> : null}
      {shown === 'readiness' ? <ReadinessView /> : null}
      {shown === 'history' ? <History /> : null}
    </Stack>
  );
}
