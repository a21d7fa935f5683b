import { Checkbox, Stack, TextInput } from '@mantine/core';
import {
  changedSchema,
  type WebhookDocument,
  type WebhookType,
  webhookSecretSchema,
  webhookTypes,
} from '@penstock/api/schemas';
import { useState } from 'react';
import { useChange } from '../shared/changing.tsx';
import { missing } from '../shared/faults.ts';
import { useChecked } from '../shared/form.tsx';
import { FormDialog } from '../shared/form-dialog.tsx';
import { ServiceSelect } from './service-select.tsx';
import { typeWords } from './words.ts';

/** Makes a webhook, or changes one. `onDone` has the secret of a new one. */
export function WebhookDialog(props: {
  webhook: WebhookDocument | undefined;
  onDone: (secret: string | undefined) => void;
  onClose: () => void;
}) {
  const { webhook, onDone, onClose } = props;
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [service, setService] = useState<string | null>(webhook?.service ?? null);
  const [types, setTypes] = useState<string[]>(webhook?.types ?? ['change.shared', 'change.moved', 'change.clash']);
  const [isOn, setIsOn] = useState(webhook?.isOn ?? true);
  const making = useChange(webhookSecretSchema, ['webhooks']);
  const putting = useChange(changedSchema, ['webhooks']);

  async function submit() {
    const chosen: WebhookType[] = webhookTypes.filter((type) => types.includes(type));
    const body = { name: name.trim(), url: url.trim(), types: chosen, ...(service === null ? {} : { service }) };
    if (webhook === undefined) {
      const made = await making.change('/webhooks', { method: 'POST', body });
      if (made !== undefined) onDone(made.secret);
    } else {
      const done = await putting.change(`/webhooks/${webhook.webhook}`, { method: 'PUT', body: { ...body, isOn } });
      if (done !== undefined) onDone(undefined);
    }
  }
  const checked = useChecked(
    {
      name: missing(name, 'Enter what the webhook is for.'),
      url: URL.canParse(url.trim()) ? undefined : 'Enter an address such as https://desk.example/penstock.',
      types: types.length === 0 ? 'Choose at least one thing to be told of.' : undefined,
    },
    () => void submit(),
  );
  return (
    <FormDialog
      title={webhook === undefined ? 'Set up a webhook' : 'Change the webhook'}
      submit={webhook === undefined ? 'Set it up' : 'Save'}
      checked={checked}
      changing={webhook === undefined ? making : putting}
      onClose={onClose}
    >
      <TextInput
        {...checked.field('name')}
        label="What it is for"
        required
        withAsterisk={false}
        maxLength={80}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        {...checked.field('url')}
        label="Address"
        description="Begins with https://, and can be reached from everywhere"
        required
        withAsterisk={false}
        maxLength={1000}
        autoComplete="off"
        spellCheck={false}
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <ServiceSelect value={service} onChange={setService} />
      <Checkbox.Group {...checked.field('types')} label="Told of" value={types} onChange={setTypes}>
        <Stack gap={6} mt={6}>
          {webhookTypes.map((type) => (
            <Checkbox key={type} value={type} label={typeWords[type]} />
          ))}
        </Stack>
      </Checkbox.Group>
      {webhook === undefined ? null : (
        <Checkbox
          label="Turned on"
          description="Turned off, what waits is dropped; turned on again, it begins with what comes then"
          checked={isOn}
          onChange={(event) => setIsOn(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
