import { Button, Group, List, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { changedSchema, type FeedDocument, feedLinkSchema, feedListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { ServiceSelect } from './service-select.tsx';
import { ShownOnce } from './shown-once.tsx';

type Open =
  | { readonly name: 'make' }
  | { readonly name: 'made'; readonly link: string }
  | { readonly name: 'revoke'; readonly feed: FeedDocument };

/** Links by which calendar programs read the forward schedule. */
export function Calendars() {
  const { acting } = useSession();
  const [open, setOpen] = useState<Open>();
  const feeds = useQuery({
    queryKey: ['feeds', acting],
    queryFn: ({ signal }) => ask(feedListSchema, '/feeds', { caller: { acting }, signal }),
  });
  const revoking = useChange(changedSchema, ['feeds']);
  const close = () => setOpen(undefined);

  if (feeds.isPending) return <Loading what="your calendar links" />;
  if (feeds.isError) return <FailureSummary words={wordsOf(feeds.error)} onRetry={() => void feeds.refetch()} />;
  const { items } = feeds.data;
  return (
    <Stack gap="md">
      <Text>
        Read the forward schedule in your own calendar, by a link of its own: changes as their owners share them with
        you, freezes and rehearsals. Whoever has the link reads along, so keep it as you keep a password. It ends when
        you revoke it, or may not see changes any more.
      </Text>
      {items.length === 0 ? (
        <Text c="dimmed">You have no calendar link yet.</Text>
      ) : (
        <List listStyleType="none" spacing="sm" className="penstock-entries">
          {items.map((feed) => (
            <List.Item key={feed.feed}>
              <Group justify="space-between" gap="sm">
                <Link feed={feed} />
                <Button variant="default" size="xs" onClick={() => setOpen({ name: 'revoke', feed })}>
                  Revoke<VisuallyHidden> the link {feed.name}</VisuallyHidden>
                </Button>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
      <div>
        <Button onClick={() => setOpen({ name: 'make' })}>Make a calendar link</Button>
      </div>
      {open?.name === 'make' ? <MakeDialog onMade={(link) => setOpen({ name: 'made', link })} onClose={close} /> : null}
      {open?.name === 'made' ? (
        <ShownOnce title="Your calendar link" value={open.link} onClose={close}>
          Add it to your calendar as a subscription (“from the web”). It is shown this once and kept nowhere.
        </ShownOnce>
      ) : null}
      {open?.name === 'revoke' ? (
        <ConfirmDialog
          title="Revoke this calendar link?"
          confirm="Revoke for good"
          changing={revoking}
          onConfirm={async () => {
            const done = await revoking.change(`/feeds/${open.feed.feed}/revoke`, { method: 'POST' });
            if (done !== undefined) close();
          }}
          onClose={close}
        >
          {open.feed.name}: calendars that read it get nothing from now on. It cannot be taken back.
        </ConfirmDialog>
      ) : null}
    </Stack>
  );
}

function Link({ feed }: { feed: FeedDocument }) {
  const { name, service, isYours, madeBy, madeAt, usedAt, uses } = feed;
  return (
    <div>
      <Text fw={600}>
        {name}
        {service === undefined ? '' : `, ${service} only`}
      </Text>
      <Text size="sm" c="dimmed">
        made <When at={madeAt} inline />
        {isYours ? '' : ` by ${madeBy}`},{' '}
        {usedAt === undefined ? (
          'not fetched yet'
        ) : (
          <>
            fetched {uses === 1 ? 'once' : `${uses.toLocaleString('en-GB')} times`}, last <When at={usedAt} inline />
          </>
        )}
      </Text>
    </div>
  );
}

function MakeDialog({ onMade, onClose }: { onMade: (link: string) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [service, setService] = useState<string | null>(null);
  const making = useChange(feedLinkSchema, ['feeds']);

  async function submit() {
    const body = { name: name.trim(), ...(service === null ? {} : { service }) };
    const made = await making.change('/feeds', { method: 'POST', body });
    if (made !== undefined) onMade(new URL(made.path, window.location.origin).href);
  }
  const checked = useChecked({ name: missing(name, 'Enter what the link is for.') }, () => void submit());
  return (
    <FormDialog title="Make a calendar link" submit="Make it" checked={checked} changing={making} onClose={onClose}>
      <TextInput
        {...checked.field('name')}
        label="What it is for"
        description="Which calendar reads it; the calendar has this name"
        required
        withAsterisk={false}
        maxLength={80}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <ServiceSelect value={service} onChange={setService} />
    </FormDialog>
  );
}
