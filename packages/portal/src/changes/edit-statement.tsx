import { Checkbox, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { ChangeKind } from '@penstock/api/schemas';
import type { Checked } from '../shared/form.tsx';
import type { StatementField, StatementForm } from './statement-form.ts';

type FieldKind = 'words' | 'line' | 'day' | 'number';
type Row = readonly [field: StatementField, label: string, kind: FieldKind, description?: string];

const what: Row = ['what', 'What it is about', 'words'];
/** What each kind asks for, in the order of the form. */
const rows: Readonly<Record<ChangeKind, readonly Row[]>> = {
  planned_maintenance: [
    ['activity', 'The activity', 'words'],
    ['disrupted', 'The parts of the Services disrupted, or at Material Risk of it', 'words'],
    ['riskToReturn', 'The risk to the return of normal service', 'words'],
  ],
  internal_system: [
    ['impactWords', 'Impact assessment', 'words', 'On Parties and Registration Data Providers'],
    ['impactOn', 'Impact assessed on', 'day'],
    ['consultationWords', 'Consultation', 'words', 'What is asked of whom'],
    ['consultationOpens', 'Consultation opens on', 'day'],
    ['consultationCloses', 'Consultation closes on', 'day'],
    ['testingWords', 'The chance to join testing', 'words'],
    ['testingOn', 'Offered on', 'day'],
    ['securityWords', 'Security assessment', 'words'],
    ['securityOn', 'Security assessed on', 'day'],
  ],
  release: [
    ['decisionOn', 'Decision on', 'day'],
    ['implementationOn', 'Implementation on', 'day'],
    ['fallBackOn', 'Falls back to', 'day', 'When the decision comes later than it was to'],
    ['changes', 'Made of', 'words', 'The addresses of the pages of its changes, a line each'],
  ],
  emergency: [['why', 'Why it cannot wait', 'words']],
  firewall_network: [what],
  system_go_live: [['system', 'System', 'line'], what],
  process: [what],
  device_model: [['devicesExpected', 'Devices expected', 'number'], what],
  firmware: [
    ['version', 'Firmware version', 'line'],
    ['devices', 'How many devices', 'number'],
    ['devicesADay', 'How many a day', 'number'],
  ],
};
const withRisk: readonly ChangeKind[] = ['planned_maintenance', 'internal_system', 'release'];

export function EditStatement(props: {
  kind: ChangeKind;
  form: StatementForm;
  checked: Checked<string>;
  onChange: (form: StatementForm) => void;
}) {
  const { kind, form, checked, onChange } = props;
  const field = (name: StatementField) => ({
    ...checked.field(name),
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ ...form, [name]: event.currentTarget.value }),
  });
  const wide = rows[kind].filter(([, , is]) => is === 'words');
  const narrow = rows[kind].filter(([, , is]) => is !== 'words');
  return (
    <Stack gap="sm">
      {narrow.length === 0 ? null : (
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          {narrow.map(([name, label, is, description]) => (
            <TextInput
              key={name}
              {...field(name)}
              label={label}
              description={description}
              {...(is === 'day' ? { type: 'date' } : is === 'number' ? { inputMode: 'numeric' as const } : {})}
              maxLength={200}
            />
          ))}
        </SimpleGrid>
      )}
      {wide.map(([name, label, , description]) => (
        <Textarea
          key={name}
          {...field(name)}
          label={label}
          description={description}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={2_000}
        />
      ))}
      {withRisk.includes(kind) ? (
        <Checkbox
          label="There is a Material Risk"
          description="It is consulted on, then, before it is scheduled."
          checked={form.isMaterialRisk}
          onChange={(event) => onChange({ ...form, isMaterialRisk: event.currentTarget.checked })}
        />
      ) : null}
    </Stack>
  );
}
