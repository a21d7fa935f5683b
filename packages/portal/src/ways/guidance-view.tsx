import { Badge, Group, List, NativeSelect, Stack, Text } from '@mantine/core';
import type { GuidanceSection } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../session/me.ts';
import { Commands } from '../shared/commands.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Empty, Facts, Loading, Panel } from '../shared/states.tsx';
import { formatInstant } from '../shared/time.ts';
import { useZone } from '../shared/when.tsx';
import { guidanceQuery } from './queries.ts';
import { useWords, wayWords } from './words.ts';

/** How to deliver, made from the configuration; earlier versions can be looked at. */
export function GuidanceView() {
  const { acting } = useSession();
  const [zone] = useZone();
  const { version } = useSearch({ from: '/ways' });
  const navigate = useNavigate();
  const guidance = useQuery(guidanceQuery({ acting }, version));
  if (guidance.isPending) return <Loading what="the guidance" />;
  if (guidance.isError)
    return <FailureSummary words={wordsOf(guidance.error)} onRetry={() => void guidance.refetch()} />;
  const { data } = guidance;
  const [latest] = data.versions;
  const dated = (at: string) => {
    const { day, time } = formatInstant(at, zone);
    return `${day}, ${time}`;
  };
  return (
    <Stack gap="md" maw={900}>
      <Group justify="space-between" align="flex-end" gap="sm">
        <Text c="dimmed" flex="1 1 300px">
          Made from the configuration of the platform: addresses, ports and limits are those in force.
        </Text>
        <NativeSelect
          label="Version"
          value={String(data.version)}
          data={data.versions.map((one) => ({
            value: String(one.version),
            label: `${one.version}, of ${dated(one.madeAt)}`,
          }))}
          onChange={(event) => {
            const wanted = event.currentTarget.value;
            void navigate({
              to: '/ways',
              search: ({ for: actingFor }) => ({
                for: actingFor,
                tab: 'guidance',
                ...(wanted === String(latest?.version) ? {} : { version: wanted }),
              }),
            });
          }}
        />
      </Group>
      {latest !== undefined && data.version < latest.version ? (
        <Text className="penstock-outcome penstock-outcome-warned" role="note">
          This is an earlier version: it may not hold any more.
        </Text>
      ) : null}
      {data.sections.length === 0 ? (
        <Empty title="No way has guidance.">The Operator has set up none of the ways that are on.</Empty>
      ) : null}
      {data.sections.map((section) => (
        <Section key={section.way} section={section} />
      ))}
    </Stack>
  );
}

function Section({ section }: { section: GuidanceSection }) {
  const { way, use, facts, steps, limits } = section;
  return (
    <Panel title={`By ${wayWords[way]}`}>
      <Stack gap="md">
        <div>
          <Badge variant="outline" color="gray" tt="none">
            {useWords[use]}
          </Badge>
        </div>
        {use === 'fallback' ? (
          <Text size="sm">It is open only while an outage of the preferred way is declared.</Text>
        ) : null}
        <Facts
          facts={facts.map(({ name, value }) => [
            name,
            <span key={name} className="penstock-identifier">
              {value}
            </span>,
          ])}
        />
        <ol className="penstock-guide">
          {steps.map(({ text, commands }) => (
            <li key={text}>
              <Text>{text}</Text>
              {commands === undefined ? null : <Commands text={commands} label={`${wayWords[way]}: ${text}`} />}
            </li>
          ))}
        </ol>
        <List size="sm" c="dimmed">
          {limits.map((limit) => (
            <List.Item key={limit}>{limit}</List.Item>
          ))}
        </List>
      </Stack>
    </Panel>
  );
}
