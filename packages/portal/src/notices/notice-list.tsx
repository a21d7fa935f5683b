import { Anchor, Button, Group, Paper, Text, VisuallyHidden } from '@mantine/core';
import type { NoticeDocument } from '@penstock/api/schemas';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CardList } from '../shared/card-list.tsx';
import type { Loaded } from '../shared/entry-table.tsx';
import { withPeriods } from '../shared/periods.ts';
import { When } from '../shared/when.tsx';
import { kindMarks, kindWords, leadOf } from './words.ts';

/** Of one line of words. */
const NOTICE_PIXELS = 116;

/** Notices, newest first, each with the way to what it is about. */
export function NoticeList(props: {
  list: Loaded<NoticeDocument>;
  /** Whose, where the Operator looks. */
  user: string | undefined;
  onRead: (notice: NoticeDocument) => void;
}) {
  const { list, user, onRead } = props;
  const { pages } = list.data;
  const items = useMemo(() => pages.flatMap((page) => page.items), [pages]);
  return (
    <CardList label="Notices" list={list} cards={items} keyOf={({ notice }) => notice} cardPixels={NOTICE_PIXELS}>
      {(item) => <Notice item={item} user={user} onRead={() => onRead(item)} />}
    </CardList>
  );
}

function Notice({ item, user, onRead }: { item: NoticeDocument; user: string | undefined; onRead: () => void }) {
  const { kind, words, at, isRead } = item;
  const lead = leadOf(item, user);
  return (
    <Paper withBorder p="sm" className={`penstock-panel ${isRead ? '' : 'penstock-notice-unread'}`}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <span className={`penstock-outcome penstock-outcome-${kindMarks[kind]}`}>{kindWords[kind]}</span>
          {isRead ? (
            <Text size="sm" c="dimmed">
              Read
            </Text>
          ) : (
            <Text size="sm" fw={650}>
              Unread
            </Text>
          )}
        </Group>
        <When at={at} inline />
      </Group>
      <Text my={6} className="penstock-notice-words">
        {withPeriods(words.replace(/^the /, 'The '))}
      </Text>
      <Group gap="md">
        <Anchor
          size="sm"
          renderRoot={(given) => (
            <Link
              to={lead.to}
              params={lead.params}
              search={({ for: acting }: { for?: string | undefined }) => ({ for: acting, ...lead.search })}
              {...given}
              onClick={isRead ? undefined : onRead}
            />
          )}
        >
          {lead.words}
          <VisuallyHidden>: {words}</VisuallyHidden>
        </Anchor>
        {isRead ? null : (
          <Button size="xs" variant="default" onClick={onRead}>
            Mark as read<VisuallyHidden>: {words}</VisuallyHidden>
          </Button>
        )}
      </Group>
    </Paper>
  );
}
