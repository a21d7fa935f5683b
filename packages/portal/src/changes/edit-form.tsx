import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ChangeContent, ChangeKind } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSession } from '../session/me.ts';
import { Form, useChecked } from '../shared/form.tsx';
import { EditContacts } from './edit-contacts.tsx';
import { EditStatement } from './edit-statement.tsx';
import { EditWindows } from './edit-windows.tsx';
import { type ChangeForm, type NamedDimension, readChangeForm } from './form.ts';
import { Preview } from './preview.tsx';
import { changeLimitsQuery } from './queries.ts';
import { kindsOf, kindWords, sharingMeaning, sharingWords, sizeWords } from './words.ts';

const named: readonly (readonly [NamedDimension, label: string, description: string])[] = [
  ['srvs', 'SRVs', 'Such as 4.1.1, a line each'],
  ['interfaces', 'Interfaces', 'A line each'],
  ['deviceModels', 'Device models', 'As the inventory has them, a line each'],
  ['regions', 'Regions', 'A line each'],
  ['userIds', 'User IDs', 'Of a User its own only, a line each'],
];
const levels = [
  { value: '', label: 'Not said' },
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
];

/** All that a change says, with what would come of it beside it. */
export function EditForm(props: {
  form: ChangeForm;
  onChange: (form: ChangeForm) => void;
  /** The change that is edited; undefined: a new one. */
  change: string | undefined;
  /** What failed, and what to do about it. */
  failure: ReactNode;
  /** Before the buttons. */
  foot?: ReactNode;
  save: string;
  isSaving: boolean;
  onSave: (content: ChangeContent) => void;
  children?: ReactNode;
}) {
  const { form, onChange, change, failure, foot, save, isSaving, onSave, children } = props;
  const { me, acting } = useSession();
  const isOperator = me.acting.kind === 'operator';
  const { content, faults } = readChangeForm(form);
  const checked = useChecked<string>(faults, () => {
    if (content !== undefined) onSave(content);
  });
  const limits = useQuery(changeLimitsQuery({ acting }));
  const known = limits.data?.items.find(({ version }) => version === limits.data.inForce)?.limits.services ?? [];
  const services = [...new Set([...known.map(({ name }) => name), ...form.services])];
  const put = (part: Partial<ChangeForm>) => onChange({ ...form, ...part });
  const text = (field: 'title' | 'description' | 'riskWords' | 'backOut' | 'traffic') => ({
    ...checked.field(field),
    value: form[field],
    onChange: (event: { currentTarget: { value: string } }) => put({ [field]: event.currentTarget.value }),
  });
  return (
    <div className="penstock-change">
      <Form checked={checked} failure={failure} label="Change">
        <Fieldset legend="What is done" p="md">
          <Stack gap="sm">
            <Select
              label="Kind"
              allowDeselect={false}
              data={kindsOf(isOperator).map((value) => ({ value, label: kindWords[value] }))}
              value={form.kind}
              onChange={(kind) => put({ kind: (kind ?? form.kind) as ChangeKind })}
            />
            <TextInput {...text('title')} label="Title" maxLength={120} />
            <Textarea
              {...text('description')}
              label="Description"
              autosize
              minRows={2}
              maxRows={12}
              maxLength={4_000}
            />
            <EditStatement
              kind={form.kind}
              form={form.statement}
              checked={checked}
              onChange={(statement) => put({ statement })}
            />
            <Radio.Group label="Size" value={form.size} onChange={(size) => put({ size: size as ChangeForm['size'] })}>
              <Group gap="lg" mt={4}>
                {Object.entries(sizeWords).map(([value, label]) => (
                  <Radio key={value} value={value} label={label} />
                ))}
              </Group>
            </Radio.Group>
          </Stack>
        </Fieldset>
        <Fieldset legend="When" p="md">
          <EditWindows windows={form.windows} checked={checked} onChange={(windows) => put({ windows })} />
        </Fieldset>
        <Fieldset legend="What it affects" p="md">
          <Stack gap="sm">
            <Checkbox.Group
              label="Services"
              value={[...form.services]}
              onChange={(chosen) => put({ services: chosen })}
            >
              <div className="penstock-service-choice">
                {services.map((name) => (
                  <Checkbox key={name} value={name} label={name} />
                ))}
              </div>
            </Checkbox.Group>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              {named.map(([name, label, description]) => (
                <Textarea
                  key={name}
                  {...checked.field(name)}
                  label={label}
                  description={description}
                  autosize
                  minRows={1}
                  maxRows={6}
                  spellCheck={false}
                  value={form.named[name]}
                  onChange={(event) => put({ named: { ...form.named, [name]: event.currentTarget.value } })}
                />
              ))}
            </SimpleGrid>
            <Textarea
              {...text('traffic')}
              label="Traffic that it will cause"
              description="Beyond what is usual, in each hour of its windows: an SRV and how many requests, such as 4.1.1 2000, a line each"
              autosize
              minRows={1}
              maxRows={6}
              spellCheck={false}
            />
          </Stack>
        </Fieldset>
        <Fieldset legend="Risk, and the way back" p="md">
          <Stack gap="sm">
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <Select
                id={checked.field('risk').id}
                error={checked.field('risk').error}
                label="How likely it is that something goes wrong"
                allowDeselect={false}
                data={levels}
                value={form.likelihood}
                onChange={(likelihood) => put({ likelihood: likelihood ?? '' })}
              />
              <Select
                label="How bad it would be"
                allowDeselect={false}
                data={levels}
                value={form.impact}
                onChange={(impact) => put({ impact: impact ?? '' })}
              />
            </SimpleGrid>
            <Textarea {...text('riskWords')} label="The risk in words" autosize minRows={1} maxLength={2_000} />
            <Textarea {...text('backOut')} label="How it is backed out" autosize minRows={2} maxLength={4_000} />
            <EditContacts contacts={form.contacts} checked={checked} onChange={(contacts) => put({ contacts })} />
          </Stack>
        </Fieldset>
        <Fieldset legend="Who sees it" p="md">
          <Radio.Group
            label="Shared with"
            description="You choose, and can choose again at any time. While it is a draft nobody else sees it, whatever you choose."
            value={form.sharing}
            onChange={(sharing) => put({ sharing: sharing as ChangeForm['sharing'] })}
          >
            <Stack gap="xs" mt={6}>
              {(['operator', 'outline', 'everybody'] as const).map((value) => (
                <Radio
                  key={value}
                  value={value}
                  label={isOperator && value === 'operator' ? 'Nobody else' : sharingWords[value]}
                  description={sharingMeaning(value, isOperator)}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Fieldset>
        {foot}
        <Group gap="sm">
          <Button type="submit" loading={isSaving}>
            {save}
          </Button>
          {children}
        </Group>
      </Form>
      <aside className="penstock-beside" aria-label="What would come of it">
        {content === undefined ? (
          <Text c="dimmed">
            What speaks against it, and what others would see, stands here when the form has no faults. A title is
            enough to begin with.
          </Text>
        ) : (
          <Preview content={content} change={change} />
        )}
      </aside>
    </div>
  );
}
