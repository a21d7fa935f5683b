import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import type { ThresholdDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { When } from '../shared/when.tsx';
import { ThresholdDetails } from './threshold-details.tsx';
import { UsageBar } from './usage-bar.tsx';
import { standingOf, standingWords, thresholdTitle } from './words.ts';

/** One threshold: how far it is used, and when it is opened, its course and its history. */
export function ThresholdCard(props: {
  threshold: ThresholdDocument;
  user: string | undefined;
  isOpen: boolean;
  now: number;
}) {
  const { threshold, user, isOpen, now } = props;
  const { thresholdId, usage } = threshold;
  const title = thresholdTitle(threshold);
  const standing = usage === undefined ? undefined : standingOf(usage);
  return (
    <Paper component="section" withBorder p="md" className="penstock-panel" aria-label={title}>
      <Group justify="space-between" align="baseline" gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        <span className={`penstock-outcome penstock-standing-${standing?.state ?? 'ended'}`}>
          {standing === undefined ? 'Ended' : standingWords[standing.state]}
        </span>
      </Group>
      {usage === undefined || standing === undefined ? (
        <Text size="sm" c="dimmed" my="xs">
          It holds nothing any more. Its history is kept.
        </Text>
      ) : (
        <>
          <UsageBar usage={usage} name={`Used of ${title}`} />
          <Text size="sm">
            {standing.words}{' '}
            <Text span c="dimmed">
              Counted since <When at={usage.windowFrom} inline />
            </Text>
          </Text>
        </>
      )}
      <Anchor
        size="sm"
        mt="xs"
        display="inline-block"
        aria-expanded={isOpen}
        renderRoot={(link) => (
          <Link
            to="/thresholds"
            search={(search) => ({ ...search, open: isOpen ? undefined : thresholdId })}
            resetScroll={false}
            {...link}
          />
        )}
      >
        {isOpen ? 'Hide its course and history' : 'Course and history'}
      </Anchor>
      {isOpen ? <ThresholdDetails threshold={threshold} user={user} now={now} /> : null}
    </Paper>
  );
}
