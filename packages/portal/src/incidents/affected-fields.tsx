import { SimpleGrid, Textarea } from '@mantine/core';
import type { AffectedParts } from '@penstock/api/schemas';
import { lines } from '../changes/form.ts';
import { Disclosed } from '../shared/disclosed.tsx';
import { ServicesField } from './services-field.tsx';

const named = [
  ['srvs', 'SRVs', 'Such as 4.1.1, a line each'],
  ['deviceModels', 'Device models', 'As inventoried, a line each'],
  ['regions', 'Regions', 'A line each'],
] as const;
type Named = (typeof named)[number][0];

/** What an incident is about, as the dialogs have it: names as they are written. */
export type AffectedForm = Readonly<Record<Named, string>> & { readonly services: readonly string[] };

export const affectedFormOf = ({
  services,
  srvs,
  deviceModels,
  regions,
}: Partial<AffectedParts> = {}): AffectedForm => ({
  services: services ?? [],
  srvs: (srvs ?? []).join('\n'),
  deviceModels: (deviceModels ?? []).join('\n'),
  regions: (regions ?? []).join('\n'),
});

/** As the API takes it. */
export const affectedOf = (form: AffectedForm) => ({
  services: [...form.services],
  srvs: lines(form.srvs),
  deviceModels: lines(form.deviceModels),
  regions: lines(form.regions),
});

/** By what is named here the changes are found that overlap it. */
export function AffectedFields(props: { form: AffectedForm; onChange: (form: AffectedForm) => void }) {
  const { form, onChange } = props;
  return (
    <>
      <ServicesField
        label="Services that it is about"
        services={form.services}
        onChange={(services) => onChange({ ...form, services })}
      />
      <Disclosed summary="SRVs, device models and regions, if you know them">
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" mt="xs">
          {named.map(([name, label, description]) => (
            <Textarea
              key={name}
              label={label}
              description={description}
              autosize
              minRows={2}
              maxRows={8}
              value={form[name]}
              onChange={(event) => onChange({ ...form, [name]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
      </Disclosed>
    </>
  );
}
