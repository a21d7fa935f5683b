// Limits on changes as people write them. Pure.
import { type ChangeKind, type ChangeLimits, changeKinds, changeLimitsSchema } from '@penstock/api/schemas';

export interface LimitsForm {
  readonly notice: Readonly<Record<ChangeKind, string>>;
  readonly monthlyHours: string;
  readonly allowedFrom: string;
  readonly allowedTo: string;
  readonly mostAtOnce: string;
  /** A line each: `DUIS gateway: Network interface, Registration data`. */
  readonly services: string;
}

export const linesOfServices = (services: ChangeLimits['services']): string =>
  services
    .map(({ name, dependsOn }) => (dependsOn.length === 0 ? name : `${name}: ${dependsOn.join(', ')}`))
    .join('\n');

export function limitsFormOf(limits: ChangeLimits): LimitsForm {
  const days = (kind: ChangeKind) => limits.noticeWorkingDays[kind];
  return {
    notice: Object.fromEntries(changeKinds.map((kind) => [kind, days(kind)?.toString() ?? ''])) as LimitsForm['notice'],
    monthlyHours: String(limits.monthlyHours),
    allowedFrom: limits.allowedFrom,
    allowedTo: limits.allowedTo,
    mostAtOnce: String(limits.mostAtOnce),
    services: linesOfServices(limits.services),
  };
}

const servicesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', needs = ''] = line.split(/:(.*)/s);
      const dependsOn = needs
        .split(',')
        .map((need) => need.trim())
        .filter((need) => need !== '');
      return { name: name.trim(), dependsOn };
    });

/** What the form says, or what is wrong with each field. */
export function readLimitsForm(form: LimitsForm): {
  readonly limits: ChangeLimits | undefined;
  readonly faults: Readonly<Record<string, string | undefined>>;
} {
  const noticeWorkingDays = Object.fromEntries(
    Object.entries(form.notice).flatMap(([kind, days]) => (days.trim() === '' ? [] : [[kind, Number(days)]])),
  );
  const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
  const parsed = changeLimitsSchema.safeParse({
    noticeWorkingDays,
    monthlyHours: number(form.monthlyHours),
    allowedFrom: form.allowedFrom.slice(0, 5),
    allowedTo: form.allowedTo.slice(0, 5),
    mostAtOnce: number(form.mostAtOnce),
    services: servicesOf(form.services),
  });
  const issues = parsed.success ? [] : parsed.error.issues;
  const isWrong = (...path: readonly string[]) =>
    issues.some((issue) => path.every((part, at) => issue.path[at] === part));
  const services = issues.find(({ path }) => path[0] === 'services');
  return {
    limits: parsed.success ? parsed.data : undefined,
    faults: {
      ...Object.fromEntries(
        changeKinds.map((kind) => [
          `notice.${kind}`,
          isWrong('noticeWorkingDays', kind) ? 'Enter whole Working Days from 0 to 260, or nothing.' : undefined,
        ]),
      ),
      monthlyHours: isWrong('monthlyHours') ? 'Enter hours from 0 to 744.' : undefined,
      allowedFrom: isWrong('allowedFrom') ? 'Enter a time of day such as 20:00.' : undefined,
      allowedTo: isWrong('allowedTo') ? 'Enter a time of day such as 08:00.' : undefined,
      mostAtOnce: isWrong('mostAtOnce') ? 'Enter how many changes may be under way, from 1 to 10000.' : undefined,
      services: services === undefined ? undefined : `Services: it ${services.message}.`,
    },
  };
}
