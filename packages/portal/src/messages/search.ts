// What of the record is shown: in the address as text, in the form as people write it, in a call as the API wants it.
import { euiSchema, type MessageDocument, messageKinds, mpxnSchema, requestIdSchema } from '@penstock/api/schemas';
import { z } from 'zod';
import type { Query } from '../api/call.ts';
import { localOrNothing, orNothing, readPeriod, serviceFault } from '../shared/conditions.ts';
import type { Zone } from '../shared/time.ts';

/** Far above anything that means something; a longer one is left out. */
const text = z.string().min(1).max(200).optional().catch(undefined);

/** The fields of the address. What is no message's value is kept: the API says what is wrong with it, and where. */
export const messageSearchSchema = z.object({
  for: text,
  /** Whose record, where the Operator looks. */
  user: text,
  /** Instants in UTC: a link shows the same to a reader elsewhere. */
  from: text,
  to: text,
  device: text,
  mpxn: text,
  srv: text,
  kind: text,
  code: text,
  request: text,
});
export type MessageSearch = z.output<typeof messageSearchSchema>;

export function queryOf({ user, from, to, device, mpxn, srv, kind, code, request }: MessageSearch): Query {
  return { userId: user, from, to, device, mpxn, serviceReferenceVariant: srv, kind, code, requestId: request };
}

/** The form, as text; '' where nothing is asked. */
export const filterFields = ['from', 'to', 'device', 'mpxn', 'srv', 'kind', 'code', 'request'] as const;
export type FilterField = (typeof filterFields)[number];
export type FilterForm = Readonly<Record<FilterField, string>>;

export function formOf(search: MessageSearch, zone: Zone): FilterForm {
  const local = (instant: string | undefined) => localOrNothing(instant, zone);
  const { device = '', mpxn = '', srv = '', kind = '', code = '', request = '' } = search;
  return { from: local(search.from), to: local(search.to), device, mpxn, srv, kind, code, request };
}

/** What the form asks for, or every field that is wrong with what to do. */
export function readForm(
  form: FilterForm,
  zone: Zone,
): { readonly faults: Partial<Record<FilterField, string>>; readonly search: Partial<MessageSearch> } {
  const { from, to, ...period } = readPeriod(form, zone);
  const faults: Partial<Record<FilterField, string>> = { ...period.faults };
  const checked = (field: 'device' | 'mpxn' | 'request', schema: z.ZodType<string>, message: string) => {
    // people write a metering point in groups, and none of the others has blanks
    const written = form[field].replaceAll(/\s/g, '');
    if (written === '') return undefined;
    const result = schema.safeParse(written);
    if (!result.success) faults[field] = message;
    return result.data;
  };
  const device = checked('device', euiSchema, 'Enter a device as eight pairs, such as 00-DB-12-34-56-78-90-A0.');
  const mpxn = checked('mpxn', mpxnSchema, 'Enter a metering point as an MPAN of 13 digits or an MPRN of 6 to 10.');
  const request = checked('request', requestIdSchema, 'Enter a RequestID as sender:target:counter.');
  const wrongService = serviceFault(form.srv);
  if (wrongService !== undefined) faults.srv = wrongService;
  return {
    faults,
    search: {
      from,
      to,
      device,
      mpxn,
      srv: orNothing(form.srv),
      kind: orNothing(form.kind),
      code: orNothing(form.code),
      request,
    },
  };
}

/** How many conditions there are. */
export function countConditions(search: MessageSearch): number {
  return filterFields.filter((field) => search[field] !== undefined).length;
}

export const kindWords: Readonly<Record<MessageDocument['kind'], string>> = {
  service_request: 'Service request',
  signed_pre_command: 'Signed pre-command',
  acknowledgement: 'Acknowledgement',
  response: 'Response',
  pre_command: 'Pre-command',
  device_alert: 'Device alert',
  dcc_alert: 'DCC alert',
  smets1_response: 'SMETS1 response',
};
export const kindChoices = messageKinds.map((value) => ({ value, label: kindWords[value] }));
