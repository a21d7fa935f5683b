import { Button, Group, List, Stack, Text, VisuallyHidden } from '@mantine/core';
import { changedSchema, type WebhookDocument, webhookListSchema, webhookSecretSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { FailureSummary, wordsOf } from '../shared/failure.tsx';
import { Loading } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { Deliveries } from './deliveries.tsx';
import { ShownOnce } from './shown-once.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import { standingOf, typeWords } from './words.ts';

type Open =
  | { readonly name: 'make' }
  | { readonly name: 'secret'; readonly secret: string }
  | { readonly name: 'change' | 'renew' | 'remove' | 'deliveries'; readonly webhook: WebhookDocument };

/** Where the machines of those for whom one acts are told. */
export function Webhooks() {
  const { me, acting } = useSession();
  const [open, setOpen] = useState<Open>();
  const webhooks = useQuery({
    queryKey: ['webhooks', acting],
    queryFn: ({ signal }) => ask(webhookListSchema, '/webhooks', { caller: { acting }, signal }),
  });
  const renewing = useChange(webhookSecretSchema, ['webhooks']);
  const removing = useChange(changedSchema, ['webhooks']);
  const testing = useChange(z.object({ message: z.uuid() }), ['webhooks']);
  const mayChange = me.permissions.includes('webhooks.change');
  const close = () => setOpen(undefined);
  const pathOf = ({ webhook }: WebhookDocument, what: string) => `/webhooks/${webhook}/${what}`;

  async function renew(webhook: WebhookDocument) {
    const made = await renewing.change(pathOf(webhook, 'secret'), { method: 'POST' });
    if (made !== undefined) setOpen({ name: 'secret', secret: made.secret });
  }
  async function remove(webhook: WebhookDocument) {
    if ((await removing.change(pathOf(webhook, 'remove'), { method: 'POST' })) !== undefined) close();
  }
  async function test(webhook: WebhookDocument) {
    const sent = await testing.change(pathOf(webhook, 'test'), { method: 'POST' });
    if (sent !== undefined) setOpen({ name: 'deliveries', webhook });
  }

  if (webhooks.isPending) return <Loading what="the webhooks" />;
  if (webhooks.isError) {
    return <FailureSummary words={wordsOf(webhooks.error)} onRetry={() => void webhooks.refetch()} />;
  }
  const { items } = webhooks.data;
  return (
    <Stack gap="md">
      <Text>
        Your machines are told at once, by a signed call to an address of yours: of what your organisation may see of
        changes and incidents, and of nothing else.
      </Text>
      {testing.summary}
      {items.length === 0 ? (
        <Text c="dimmed">There is no webhook yet.{mayChange ? '' : ' Administrators set them up.'}</Text>
      ) : (
        <List listStyleType="none" spacing="sm" className="penstock-entries">
          {items.map((webhook) => (
            <List.Item key={webhook.webhook}>
              <Stack gap={6}>
                <Webhook webhook={webhook} />
                <Group gap="xs">
                  <Act
                    words="What was sent"
                    webhook={webhook}
                    onClick={() => setOpen({ name: 'deliveries', webhook })}
                  />
                  {mayChange ? (
                    <>
                      {webhook.isOn ? (
                        <Act words="Send a test" webhook={webhook} onClick={() => void test(webhook)} />
                      ) : null}
                      <Act words="Change" webhook={webhook} onClick={() => setOpen({ name: 'change', webhook })} />
                      <Act words="New secret" webhook={webhook} onClick={() => setOpen({ name: 'renew', webhook })} />
                      <Act words="Remove" webhook={webhook} onClick={() => setOpen({ name: 'remove', webhook })} />
                    </>
                  ) : null}
                </Group>
              </Stack>
            </List.Item>
          ))}
        </List>
      )}
      {mayChange ? (
        <div>
          <Button onClick={() => setOpen({ name: 'make' })}>Set up a webhook</Button>
        </div>
      ) : null}
      {open?.name === 'make' || open?.name === 'change' ? (
        <WebhookDialog
          webhook={open.name === 'change' ? open.webhook : undefined}
          onDone={(secret) => (secret === undefined ? close() : setOpen({ name: 'secret', secret }))}
          onClose={close}
        />
      ) : null}
      {open?.name === 'secret' ? (
        <ShownOnce title="The secret of the webhook" value={open.secret} onClose={close}>
          What is sent is signed with it. Give it to the machine that is called; it is shown this once.
        </ShownOnce>
      ) : null}
      {open?.name === 'deliveries' ? <Deliveries webhook={open.webhook} onClose={close} /> : null}
      {open?.name === 'renew' ? (
        <ConfirmDialog
          title="Make a new secret?"
          confirm="Make it"
          isPlain
          changing={renewing}
          onConfirm={() => void renew(open.webhook)}
          onClose={close}
        >
          For 24 hours what is sent to {open.webhook.name} is signed with the old secret, too; then with the new one
          only.
        </ConfirmDialog>
      ) : null}
      {open?.name === 'remove' ? (
        <ConfirmDialog
          title="Remove this webhook?"
          confirm="Remove for good"
          changing={removing}
          onConfirm={() => void remove(open.webhook)}
          onClose={close}
        >
          {open.webhook.name} is not told of anything any more, and what waits for it is dropped.
        </ConfirmDialog>
      ) : null}
    </Stack>
  );
}

function Act({ words, webhook, onClick }: { words: string; webhook: WebhookDocument; onClick: () => void }) {
  return (
    <Button variant="default" size="xs" onClick={onClick}>
      {words}
      <VisuallyHidden> for {webhook.name}</VisuallyHidden>
    </Button>
  );
}

function Webhook({ webhook }: { webhook: WebhookDocument }) {
  const { name, url, types, service, queued, retryAt, oldSecretUntil } = webhook;
  const { words, mark } = standingOf(webhook);
  return (
    <div>
      <Group gap="sm">
        <Text fw={600}>{name}</Text>
        <span className={`penstock-outcome penstock-outcome-${mark}`}>{words}</span>
      </Group>
      <Text size="sm" className="penstock-identifier">
        {url}
      </Text>
      <Text size="sm" c="dimmed">
        {types.map((type) => typeWords[type]).join('; ')}
        {service === undefined ? '' : `. Of ${service} only`}.
        {queued === 0 ? '' : ` ${queued.toLocaleString('en-GB')} waiting.`}
        {retryAt === undefined ? null : (
          <>
            {' '}
            Tried again <When at={retryAt} inline />.
          </>
        )}
        {oldSecretUntil === undefined ? null : (
          <>
            {' '}
            The old secret signs, too, until <When at={oldSecretUntil} inline />.
          </>
        )}
      </Text>
    </div>
  );
}
