// What the API says of changes: to each reader what it may see, what they clash with, how they came about and who used them.
import { z } from 'zod';
import { calendarContentSchema, changeLimitsSchema } from './change-calendar.ts';
import { occurrenceSchema } from './change-windows.ts';
import { changeContentSchema, changeKindSchema, changeSizeSchema, changeStateSchema } from './changes.ts';
import { cursorSchema, euiSchema, findSchema, instantSchema, lineSchema, pageQuery } from './common.ts';

export const changeParametersSchema = z.strictObject({ change: z.uuid() });

/** A change as its owner, the Operator, or everybody sees it, when that is its owner's choice. */
export const wholeChangeSchema = z.object({
  see: z.literal('whole'),
  change: z.uuid(),
  owner: z.object({ userId: euiSchema, party: z.string() }),
  isYours: z.boolean(),
  state: changeStateSchema,
  version: z.int(),
  content: changeContentSchema,
  occurrences: z.array(occurrenceSchema),
  changedAt: instantSchema,
  /** To its owner and the Operator. */
  changedBy: z.string().optional(),
  /** When others than its owner were first told of it. */
  toldAt: instantSchema.optional(),
  /** Where the reader may bring it, and what must be said before. */
  next: z.array(z.object({ to: changeStateSchema, lacks: z.array(z.string()) })),
});
export type WholeChange = z.infer<typeof wholeChangeSchema>;

/** All that others see of a change whose owner shares no more. */
export const outlineChangeSchema = z.object({
  see: z.literal('outline'),
  change: z.uuid(),
  /** `a Supplier` */
  owner: z.string(),
  size: changeSizeSchema,
  services: z.array(z.string()),
  occurrences: z.array(occurrenceSchema),
});
export type OutlineChange = z.infer<typeof outlineChangeSchema>;

export const changeViewSchema = z.discriminatedUnion('see', [wholeChangeSchema, outlineChangeSchema]);
export type ChangeView = z.infer<typeof changeViewSchema>;
export const changePageSchema = z.object({ items: z.array(changeViewSchema), cursor: cursorSchema });

/** In the order in which they begin. What names anything but times and a service finds no outlines. */
export const changeQuerySchema = z.strictObject({
  ...pageQuery,
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  kind: changeKindSchema.optional(),
  state: changeStateSchema.optional(),
  service: z.string().max(100).optional(),
  srv: z.string().max(20).optional(),
  interface: z.string().max(100).optional(),
  deviceModel: z.string().max(100).optional(),
  region: z.string().max(100).optional(),
  /** Only those of the reader; of the Operator: Operator-led ones. */
  mine: z.literal('true').optional(),
  find: findSchema,
});
export type ChangeQuery = z.output<typeof changeQuerySchema>;
/** GET /changes.csv */
export const changeExportQuerySchema = changeQuerySchema.omit({ cursor: true, limit: true });

/** `userId`: for which of its User IDs, where the caller acts for several. */
export const postChangeSchema = z.strictObject({
  userId: euiSchema.optional(),
  content: changeContentSchema,
  isTemplate: z.literal(true).optional(),
});
/** PUT /changes/{change}; `version` is the one that was edited. */
export const putChangeSchema = z.strictObject({
  version: z.int().min(1),
  content: changeContentSchema,
  why: lineSchema(500).optional(),
});
/** POST /changes/{change}/move */
export const moveChangeSchema = z.strictObject({
  version: z.int().min(1),
  to: changeStateSchema,
  why: lineSchema(500).optional(),
});

export const clashReasonSchema = z.object({
  dimension: z.enum(['service', 'srv', 'interface', 'device_model', 'region', 'user', 'dependency']),
  value: z.string(),
  /** Of `dependency`: the service that it needs. */
  dependsOn: z.string().optional(),
});
const clashFields = {
  /** In one sentence. */
  words: z.string(),
  /** Of the other change and the reader's own, what they have in common; where nothing is shared, the reader's own windows. */
  times: z.array(occurrenceSchema),
};
export const changeClashSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('change'),
    ...clashFields,
    reasons: z.array(clashReasonSchema),
    /** Left out where nothing of it is shared with the reader; such are told as one. */
    other: changeViewSchema.optional(),
  }),
  z.object({
    kind: z.enum(['freeze', 'rehearsal']),
    ...clashFields,
    event: z.uuid(),
    services: z.array(z.string()),
  }),
  z.object({ kind: z.literal('outside_maintenance'), ...clashFields, services: z.array(z.string()) }),
  z.object({ kind: z.literal('too_many'), ...clashFields }),
]);
export type ChangeClash = z.infer<typeof changeClashSchema>;

export const changeWarningSchema = z.object({
  limit: z.enum(['notice', 'monthly_hours', 'allowed_times']),
  words: z.string(),
  /** Of the limits that say so. */
  version: z.int(),
});
/** What speaks against a change as it stands now. Nothing of it stops anybody. */
export const changeFindingsSchema = z.object({
  clashes: z.array(changeClashSchema),
  warnings: z.array(changeWarningSchema),
});
export type ChangeFindings = z.infer<typeof changeFindingsSchema>;
/** GET /changes/clashes: of times from one instant to the other; three months from now without. */
export const clashQuerySchema = z.strictObject({ from: instantSchema.optional(), to: instantSchema.optional() });
/** Changes with something against them, in the order in which they begin: a User's own, to the Operator all. */
export const clashListSchema = z.object({
  items: z.array(z.object({ change: z.uuid(), title: z.string(), clashes: z.array(changeClashSchema) })),
  /** There are more; ask for a shorter time. */
  isCut: z.boolean(),
});
export type ClashList = z.infer<typeof clashListSchema>;
/** The answer to a save. */
export const savedChangeSchema = changeFindingsSchema.extend({ change: wholeChangeSchema });
export type SavedChange = z.infer<typeof savedChangeSchema>;

/** POST /changes/preview: what would come of a save; nothing is kept. `change`: the one that is edited. */
export const previewChangeSchema = z.strictObject({
  change: z.uuid().optional(),
  userId: euiSchema.optional(),
  content: changeContentSchema,
});
export const changePreviewSchema = changeFindingsSchema.extend({
  occurrences: z.array(occurrenceSchema),
  /** What the Operator sees when it is no draft any more. */
  operator: changeViewSchema,
  /** What other Users see then; left out: nothing. */
  others: changeViewSchema.optional(),
});
export type ChangePreview = z.infer<typeof changePreviewSchema>;

/** GET /changes/{change}/slots: all windows moved by the same time. */
export const changeSlotsSchema = z.object({
  items: z.array(z.object({ windows: changeContentSchema.shape.windows, occurrences: z.array(occurrenceSchema) })),
  /** What was looked at to find them. */
  words: z.string(),
});

export const changeVersionSchema = z.object({
  version: z.int(),
  at: instantSchema,
  by: z.string(),
  state: changeStateSchema,
  why: z.string().optional(),
  /** Fields that differ from the version before. */
  differs: z.array(z.string()),
  content: changeContentSchema,
});
export type ChangeVersion = z.infer<typeof changeVersionSchema>;
export const changeVersionPageSchema = z.object({ items: z.array(changeVersionSchema), cursor: cursorSchema });
/** Newest first. */
export const changeHistoryQuerySchema = z.strictObject(pageQuery);

/** `feed`: in a calendar that is fetched; `webhook`: told to a machine. */
export const changePurposes = [
  'read',
  'history',
  'clashes',
  'slots',
  'schedule',
  'feed',
  'webhook',
  'attachment',
  'consultation',
  'mediation',
  'traffic',
  'incident',
] as const;
/** One reader's use of a change on a day, for one purpose. */
export const changeUseSchema = z.object({
  /** Of UTC. */
  day: z.string(),
  purpose: z.enum(changePurposes),
  /** The Operator, or a User ID with its Party; of a computation for somebody else's change nobody is named. */
  reader: z.string(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  times: z.int(),
});
export type ChangeUse = z.infer<typeof changeUseSchema>;
/** Newest first. */
export const changeUsePageSchema = z.object({ items: z.array(changeUseSchema), cursor: cursorSchema });

/** The columns of POST /changes/intake. Several names in a cell are parted by `|`. */
export const changeIntakeColumns = [
  'kind',
  'title',
  'description',
  'sharing',
  'size',
  'services',
  'srvs',
  'interfaces',
  'device_models',
  'regions',
  'from',
  'to',
  'back_out',
] as const;
export const MOST_INTAKE_ROWS = 500;
export const changeIntakeSchema = z.object({ changes: z.array(z.uuid()) });

export const monthParametersSchema = z.strictObject({
  month: z.string().regex(/^20[2-5]\d-(?:0[1-9]|1[0-2])$/, 'must be a month such as 2026-12'),
});
/** GET /changes/schedule/{month}: Planned Maintenance as it is announced to everybody. */
export const monthScheduleSchema = z.object({
  month: z.string(),
  asOf: instantSchema,
  /** How many hours it comes to, and how many may be. */
  words: z.string(),
  items: z.array(
    z.object({
      change: z.uuid(),
      title: z.string(),
      state: changeStateSchema,
      activity: z.string(),
      disrupted: z.string(),
      services: z.array(z.string()),
      /** Those of the month, with their duration in words. */
      times: z.array(occurrenceSchema.extend({ words: z.string() })),
      riskToReturn: z.string(),
    }),
  ),
});
export type MonthSchedule = z.infer<typeof monthScheduleSchema>;

export const limitsVersionSchema = z.object({
  version: z.int(),
  effectiveFrom: instantSchema,
  setAt: instantSchema,
  setBy: z.string(),
  reason: z.string(),
  limits: changeLimitsSchema,
});
/** GET /changes/limits: what is in force, and all versions, newest first. */
export const limitsListSchema = z.object({ inForce: z.int(), items: z.array(limitsVersionSchema) });
/** POST /changes/limits; at once when no instant is said. */
export const postLimitsSchema = z.strictObject({
  effectiveFrom: instantSchema.optional(),
  reason: lineSchema(500),
  limits: changeLimitsSchema,
});

export const calendarEventSchema = z.object({
  event: z.uuid(),
  ...calendarContentSchema.shape,
  occurrences: z.array(occurrenceSchema),
  setAt: instantSchema,
  setBy: z.string(),
});
export const calendarPageSchema = z.object({ items: z.array(calendarEventSchema), cursor: cursorSchema });
/** Those that are not over at `from`, in the order in which they begin. */
export const calendarQuerySchema = z.strictObject({ ...pageQuery, from: instantSchema.optional() });
export const postCalendarSchema = calendarContentSchema;
export const calendarParametersSchema = z.strictObject({ event: z.uuid() });
