// What a kind of change says besides, as a form: all kinds share its fields, each shows its own. Pure.
import type { ChangeKind, Statement } from '@penstock/api/schemas';

export const statementFields = [
  'activity',
  'disrupted',
  'riskToReturn',
  'impactWords',
  'impactOn',
  'consultationOpens',
  'consultationCloses',
  'consultationWords',
  'testingWords',
  'testingOn',
  'securityWords',
  'securityOn',
  'decisionOn',
  'implementationOn',
  'fallBackOn',
  'changes',
  'why',
  'what',
  'system',
  'devicesExpected',
  'version',
  'devices',
  'devicesADay',
] as const;
export type StatementField = (typeof statementFields)[number];
export type StatementForm = Readonly<Record<StatementField, string>> & { readonly isMaterialRisk: boolean };

export const emptyStatement: StatementForm = {
  ...(Object.fromEntries(statementFields.map((field) => [field, ''])) as Record<StatementField, string>),
  isMaterialRisk: false,
};

export function statementFormOf(statement: Statement): StatementForm {
  const form = { ...emptyStatement, isMaterialRisk: 'isMaterialRisk' in statement && statement.isMaterialRisk };
  const put = (fields: Partial<Record<StatementField, string | number | undefined>>) => ({
    ...form,
    ...Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, value === undefined ? '' : String(value)]),
    ),
  });
  switch (statement.kind) {
    case 'planned_maintenance': {
      const { activity, disrupted, riskToReturn } = statement;
      return put({ activity, disrupted, riskToReturn });
    }
    case 'internal_system': {
      const { impactAssessment, consultation, testing, securityAssessment } = statement;
      return put({
        impactWords: impactAssessment?.words,
        impactOn: impactAssessment?.doneOn,
        consultationOpens: consultation?.opensOn,
        consultationCloses: consultation?.closesOn,
        consultationWords: consultation?.words,
        testingWords: testing?.words,
        testingOn: testing?.doneOn,
        securityWords: securityAssessment?.words,
        securityOn: securityAssessment?.doneOn,
      });
    }
    case 'release': {
      const { decisionOn, implementationOn, fallBackOn, changes } = statement;
      return put({ decisionOn, implementationOn, fallBackOn, changes: changes.join('\n') });
    }
    default: {
      const { kind: _, ...fields } = statement;
      return put(fields);
    }
  }
}

type Faults = Record<string, string | undefined>;
const text = (value: string) => (value.trim() === '' ? undefined : value.trim());

/** What was done with its day; both or neither. */
function duty(words: string, on: string) {
  return text(words) === undefined && on === '' ? undefined : { words: words.trim(), doneOn: on };
}
const halfDuty = (words: string, on: string, what: string) =>
  (text(words) === undefined) === (on === '') ? undefined : `Say what came of ${what}, and on which day.`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Ids of changes, or the addresses of their pages, a line each. */
const idsOf = (written: string) =>
  written
    .split(/[\s,;]+/)
    .map((line) => line.split('?')[0]?.split('/').at(-1) ?? '')
    .filter((line) => line !== '');

/** What the form says of a kind, as the API takes it, and what is wrong. */
export function readStatement(kind: ChangeKind, form: StatementForm): { statement: object; faults: Faults } {
  const { isMaterialRisk } = form;
  const number = (field: StatementField) => (text(form[field]) === undefined ? undefined : Number(form[field]));
  const numberFault = (field: StatementField) => {
    const value = number(field);
    return value === undefined || (Number.isInteger(value) && value > 0 && value <= 100_000_000)
      ? undefined
      : 'Enter a whole number of devices, such as 120000.';
  };
  const day = (field: StatementField) => text(form[field]);
  switch (kind) {
    case 'planned_maintenance': {
      const [activity, disrupted, riskToReturn] = [text(form.activity), text(form.disrupted), text(form.riskToReturn)];
      return { statement: { kind, isMaterialRisk, activity, disrupted, riskToReturn }, faults: {} };
    }
    case 'internal_system': {
      const { consultationOpens: opensOn, consultationCloses: closesOn } = form;
      const words = text(form.consultationWords);
      const isSaid = opensOn !== '' || closesOn !== '' || words !== undefined;
      const impactAssessment = duty(form.impactWords, form.impactOn);
      const testing = duty(form.testingWords, form.testingOn);
      const securityAssessment = duty(form.securityWords, form.securityOn);
      return {
        statement: {
          kind,
          isMaterialRisk,
          impactAssessment,
          ...(isSaid ? { consultation: { opensOn, closesOn, ...(words === undefined ? {} : { words }) } } : {}),
          testing,
          securityAssessment,
        },
        faults: {
          impactWords: halfDuty(form.impactWords, form.impactOn, 'the impact assessment'),
          consultationOpens:
            isSaid && (opensOn === '' || closesOn === '')
              ? 'Say on which days the consultation opens and closes.'
              : closesOn < opensOn
                ? 'The consultation closes before it opens.'
                : undefined,
          testingWords: halfDuty(form.testingWords, form.testingOn, 'the chance to join testing'),
          securityWords: halfDuty(form.securityWords, form.securityOn, 'the security assessment'),
        },
      };
    }
    case 'release': {
      const changes = idsOf(form.changes);
      return {
        statement: {
          kind,
          isMaterialRisk,
          decisionOn: day('decisionOn'),
          implementationOn: day('implementationOn'),
          fallBackOn: day('fallBackOn'),
          changes,
        },
        faults: {
          changes: changes.every((id) => UUID.test(id))
            ? undefined
            : 'Enter the addresses of the pages of the changes, a line each.',
        },
      };
    }
    case 'emergency':
      return { statement: { kind, why: text(form.why) }, faults: {} };
    case 'system_go_live':
      return { statement: { kind, system: text(form.system), what: text(form.what) }, faults: {} };
    case 'device_model':
      return {
        statement: { kind, devicesExpected: number('devicesExpected'), what: text(form.what) },
        faults: { devicesExpected: numberFault('devicesExpected') },
      };
    case 'firmware':
      return {
        statement: {
          kind,
          version: text(form.version),
          devices: number('devices'),
          devicesADay: number('devicesADay'),
        },
        faults: { devices: numberFault('devices'), devicesADay: numberFault('devicesADay') },
      };
    default:
      return { statement: { kind, what: text(form.what) }, faults: {} };
  }
}
