import { Text } from '@mantine/core';
import { type WebhookDelivery, type WebhookDocument, webhookDeliveryPageSchema } from '@penstock/api/schemas';
import { Dialog } from '../shared/dialog.tsx';
import { PagedTable, usePaged } from '../shared/paged.tsx';
import { When } from '../shared/when.tsx';
import { outcomeOf, wordsOfType } from './words.ts';

/** What a webhook was sent, and what came of it. */
export function Deliveries({ webhook, onClose }: { webhook: WebhookDocument; onClose: () => void }) {
  const list = usePaged<WebhookDelivery, typeof webhookDeliveryPageSchema>(
    'webhook-deliveries',
    webhookDeliveryPageSchema,
    `/webhooks/${webhook.webhook}/deliveries`,
    {},
  );
  return (
    <Dialog title={`What ${webhook.name} was sent`} size="lg" onClose={onClose}>
      <PagedTable
        list={list}
        label="Messages of the webhook"
        empty={<Text fw={650}>Nothing was sent to it yet.</Text>}
        columns={['When', ['What', 1.4], ['Outcome', 1.4]]}
        keyOf={({ message }) => message}
      >
        {(delivery) => {
          const { words, mark } = outcomeOf(delivery);
          return [
            <When key="when" at={delivery.at} />,
            <div key="what">
              <Text size="sm">{wordsOfType(delivery.type)}</Text>
              <span className="penstock-fingerprint">{delivery.about}</span>
            </div>,
            <span key="outcome" className={`penstock-outcome penstock-outcome-${mark}`}>
              {words}
            </span>,
          ];
        }}
      </PagedTable>
    </Dialog>
  );
}
