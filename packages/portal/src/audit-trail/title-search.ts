// Which titles of a device are shown: in the address as text, in the form as people write it, in a call as the API wants it.
import { type TitleDocument, titleKinds } from '@penstock/api/schemas';
import { z } from 'zod';
import type { Query } from '../api/call.ts';
import { kindWords } from '../messages/search.ts';
import { localOrNothing, orNothing, readPeriod, serviceFault } from '../shared/conditions.ts';
import type { Zone } from '../shared/time.ts';

/** Far above anything that means something; a longer one is left out. */
const text = z.string().min(1).max(200).optional().catch(undefined);

/** The fields of the address. What is no title's value is kept: the API says what is wrong with it, and where. */
export const titleSearchSchema = z.object({
  for: text,
  /** As whom the Operator looks. */
  user: text,
  /** Instants in UTC: a link shows the same to a reader elsewhere. */
  from: text,
  to: text,
  srv: text,
  kind: text,
  code: text,
  direction: text,
});
export type TitleSearch = z.output<typeof titleSearchSchema>;

export function titleQueryOf({ user, from, to, srv, kind, code, direction }: TitleSearch): Query {
  return { userId: user, from, to, serviceReferenceVariant: srv, kind, code, direction };
}

/** The form, as text; '' where nothing is asked. */
export const titleFields = ['from', 'to', 'direction', 'kind', 'srv', 'code'] as const;
export type TitleField = (typeof titleFields)[number];
export type TitleForm = Readonly<Record<TitleField, string>>;

export function titleFormOf(search: Partial<TitleSearch>, zone: Zone): TitleForm {
  const { from, to, direction = '', kind = '', srv = '', code = '' } = search;
  return { from: localOrNothing(from, zone), to: localOrNothing(to, zone), direction, kind, srv, code };
}

/** What the form asks for, and every field that is wrong with what to do. */
export function readTitleForm(form: TitleForm, zone: Zone) {
  const { from, to, faults } = readPeriod(form, zone);
  const { direction, kind, srv, code } = form;
  return {
    faults: { ...faults, srv: serviceFault(srv) } satisfies Partial<Record<TitleField, string | undefined>>,
    search: {
      from,
      to,
      direction: orNothing(direction),
      kind: orNothing(kind),
      srv: orNothing(srv),
      code: orNothing(code),
    },
  };
}

export function countTitleConditions(search: TitleSearch): number {
  return titleFields.filter((field) => search[field] !== undefined).length;
}

export const titleKindChoices = titleKinds.map((value) => ({ value, label: kindWords[value] }));

export const directionWords: Readonly<Record<TitleDocument['direction'], string>> = {
  southbound: 'To the device',
  northbound: 'From the device',
};
export const directionChoices = Object.entries(directionWords).map(([value, label]) => ({ value, label }));
