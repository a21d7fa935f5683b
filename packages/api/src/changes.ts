// Changes: what is to be done, when, what it affects, and who may see what of it. What is made of them (clashes, warnings,
// history) is in change-life.ts.
import { z } from 'zod';
import { changeWindowSchema, MOST_WINDOWS } from './change-windows.ts';
import { dayOnlySchema, euiSchema, lineSchema, plainTextSchema } from './common.ts';

export const operatorLedKinds = ['planned_maintenance', 'internal_system', 'release', 'emergency'] as const;
export const userLedKinds = ['firewall_network', 'system_go_live', 'process', 'device_model', 'firmware'] as const;
export const changeKinds = [...operatorLedKinds, ...userLedKinds] as const;
export const changeKindSchema = z.enum(changeKinds);
export type ChangeKind = z.infer<typeof changeKindSchema>;

/**
 * A template is copied, and never moves. A draft is its owner's alone. An Operator-led change is assessed and consulted on, a
 * User-led one shared as its owner chose.
 */
export const changeStates = [
  'template',
  'draft',
  'assessed',
  'consulted',
  'shared',
  'scheduled',
  'in_progress',
  'done',
  'backed_out',
  'cancelled',
] as const;
export const changeStateSchema = z.enum(changeStates);
export type ChangeState = z.infer<typeof changeStateSchema>;

/**
 * What others see of a change that is no draft. `operator`: nothing, but the Operator all of it. `outline`: that some Party of
 * this kind has one, of this size, on these services, in these windows. `everybody`: all of it but its history.
 */
export const sharings = ['operator', 'outline', 'everybody'] as const;
export const sharingSchema = z.enum(sharings);
export type Sharing = z.infer<typeof sharingSchema>;

export const changeSizes = ['small', 'medium', 'large'] as const;
export const changeSizeSchema = z.enum(changeSizes);

const srvSchema = z.string().regex(/^\d{1,2}(?:\.\d{1,2}){1,2}$/, 'must be an SRV such as 4.1.1');
const namesOf = (most: number) => z.array(lineSchema(100)).max(most).default([]);

/** What is affected, each by the name that it has for everybody. */
export const affectedPartsSchema = z.strictObject({
  /** Of those that the settings of changes name. */
  services: namesOf(50),
  /** Service Reference Variants, such as 4.1.1. */
  srvs: z.array(srvSchema).max(150).default([]),
  interfaces: namesOf(50),
  /** Manufacturer and model, as the inventory of devices has them. */
  deviceModels: namesOf(50),
  regions: namesOf(50),
  /** A User names its own only. */
  userIds: z.array(euiSchema).max(200).default([]),
});
export type AffectedParts = z.output<typeof affectedPartsSchema>;
export const affectedDimensions = ['services', 'srvs', 'interfaces', 'deviceModels', 'regions', 'userIds'] as const;

const words = (most = 2_000) => plainTextSchema(most).optional();
/** A duty of the Operator: what came of it, and when it was done. */
const dutySchema = z.strictObject({ words: plainTextSchema(4_000), doneOn: dayOnlySchema }).optional();

/** What each kind says besides. All of it may be wanting in a draft; what must be there to go on, the answer names. */
export const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('planned_maintenance'),
    activity: words(),
    /** The parts of the Services that are disrupted, or at Material Risk of it. */
    disrupted: words(),
    isMaterialRisk: z.boolean().default(false),
    /** To the return of normal service. Time and duration are those of the windows. */
    riskToReturn: words(),
  }),
  z.strictObject({
    kind: z.literal('internal_system'),
    isMaterialRisk: z.boolean().default(false),
    /** On Parties and Registration Data Providers. */
    impactAssessment: dutySchema,
    /** Comments are taken from the first to the last of these days. */
    consultation: z.strictObject({ opensOn: dayOnlySchema, closesOn: dayOnlySchema, words: words(4_000) }).optional(),
    testing: dutySchema,
    securityAssessment: dutySchema,
  }),
  z.strictObject({
    kind: z.literal('release'),
    isMaterialRisk: z.boolean().default(false),
    decisionOn: dayOnlySchema.optional(),
    implementationOn: dayOnlySchema.optional(),
    /** The implementation, when the decision comes later than it was to. */
    fallBackOn: dayOnlySchema.optional(),
    /** The changes that it is made of. */
    changes: z.array(z.uuid()).max(100).default([]),
  }),
  z.strictObject({ kind: z.literal('emergency'), why: words() }),
  z.strictObject({ kind: z.literal('firewall_network'), what: words() }),
  z.strictObject({ kind: z.literal('system_go_live'), system: words(200), what: words() }),
  z.strictObject({ kind: z.literal('process'), what: words() }),
  z.strictObject({
    kind: z.literal('device_model'),
    devicesExpected: z.int().min(1).max(100_000_000).optional(),
    what: words(),
  }),
  z.strictObject({
    kind: z.literal('firmware'),
    version: lineSchema(50).optional(),
    devices: z.int().min(1).max(100_000_000).optional(),
    devicesADay: z.int().min(1).max(100_000_000).optional(),
  }),
]);
export type Statement = z.output<typeof statementSchema>;

export const changeContactSchema = z.strictObject({
  name: lineSchema(100),
  email: z.email().max(200).optional(),
  telephone: z
    .string()
    .regex(/^\+?[0-9 ()-]{5,30}$/, 'must be a telephone number')
    .optional(),
});

export const riskSchema = z.strictObject({
  likelihood: z.enum(['low', 'medium', 'high']),
  impact: z.enum(['low', 'medium', 'high']),
  words: words(),
});

/** Requests of one kind that a change will cause in each hour of its windows, beyond what is usual. */
export const declaredTrafficSchema = z.strictObject({ srv: srvSchema, perHour: z.int().min(1).max(10_000_000) });

/** All that its owner says of a change: what each version keeps. */
export const changeContentSchema = z.strictObject({
  title: lineSchema(120),
  description: words(4_000),
  statement: statementSchema,
  sharing: sharingSchema.default('operator'),
  size: changeSizeSchema.default('medium'),
  affected: affectedPartsSchema,
  windows: z.array(changeWindowSchema).max(MOST_WINDOWS),
  risk: riskSchema.optional(),
  backOut: words(4_000),
  contacts: z.array(changeContactSchema).max(10).default([]),
  traffic: z
    .array(declaredTrafficSchema)
    .max(20)
    .refine((all) => new Set(all.map(({ srv }) => srv)).size === all.length, { error: 'must name each SRV once' })
    .optional(),
});
export type ChangeContent = z.output<typeof changeContentSchema>;
