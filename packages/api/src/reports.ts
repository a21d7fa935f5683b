// Reports under the names that Users know. What is in them is public by name only: their layouts are ours.
import { z } from 'zod';
import { euiSchema } from './common.ts';

export const reportNames = ['RSAT_001', 'RSAT_002', 'RSMI_001', 'RSMI_002', 'RSMI_003', 'RSMI_004'] as const;
export const reportNameSchema = z.enum(reportNames);
export type ReportName = z.infer<typeof reportNameSchema>;

export const monthSchema = z
  .string()
  .regex(/^2\d{3}-(?:0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
  .meta({ example: '2026-11' });

export const ofMonthSchema = z.strictObject({ userId: euiSchema.optional(), month: monthSchema });
export const ofDeviceMonthSchema = ofMonthSchema.extend({ device: euiSchema });
/** The inventory is known as it is now. */
export const ofNowSchema = z.strictObject({ userId: euiSchema.optional() });

export const reportSchema = z.object({
  name: reportNameSchema,
  title: z.string(),
  /** What it takes beside the User ID. */
  takes: z.array(z.enum(['month', 'device'])),
  columns: z.array(z.string()),
});
export const reportListSchema = z.object({ items: z.array(reportSchema) });
