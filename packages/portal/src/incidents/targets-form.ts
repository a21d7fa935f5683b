// Targets of incidents as people write them: whole numbers of minutes and seconds. Pure.
import {
  type IncidentCategory,
  type IncidentTargets,
  incidentCategories,
  incidentTargetsSchema,
} from '@penstock/api/schemas';

/** By the path that each has in the API. */
export type TargetsForm = Readonly<Record<string, string>>;

export const pathOf = (category: IncidentCategory, what: 'response' | 'resolution') =>
  `categories.${category}.${what}Minutes`;

export const targetsFormOf = ({ categories, waitingSeconds, fetchedSeconds }: IncidentTargets): TargetsForm => ({
  ...Object.fromEntries(
    incidentCategories.flatMap((category) => [
      [pathOf(category, 'response'), String(categories[category].responseMinutes)],
      [pathOf(category, 'resolution'), String(categories[category].resolutionMinutes)],
    ]),
  ),
  waitingSeconds: String(waitingSeconds),
  fetchedSeconds: String(fetchedSeconds),
});

/** What the form says, or what is wrong with each field. */
export function readTargetsForm(form: TargetsForm): {
  readonly targets: IncidentTargets | undefined;
  readonly faults: Readonly<Record<string, string | undefined>>;
} {
  const number = (path: string) => (/^\d{1,9}$/.test(form[path]?.trim() ?? '') ? Number(form[path]) : Number.NaN);
  const ofCategory = (category: IncidentCategory) => ({
    responseMinutes: number(pathOf(category, 'response')),
    resolutionMinutes: number(pathOf(category, 'resolution')),
  });
  const { data, error } = incidentTargetsSchema.safeParse({
    categories: Object.fromEntries(incidentCategories.map((category) => [category, ofCategory(category)])),
    waitingSeconds: number('waitingSeconds'),
    fetchedSeconds: number('fetchedSeconds'),
  });
  const wordsOf = (path: string) => {
    if (path === 'waitingSeconds') return 'Enter seconds: a whole number from 5 to 86400.';
    if (path === 'fetchedSeconds') return 'Enter seconds: a whole number from 5 to 604800.';
    return 'Enter minutes: a whole number from 1 to 525600.';
  };
  const wrong = (error?.issues ?? []).map(({ path }) => path.join('.'));
  return { targets: data, faults: Object.fromEntries(wrong.map((path) => [path, wordsOf(path)])) };
}
