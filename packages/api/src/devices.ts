import { z } from 'zod';
import { euiSchema, instantSchema } from './common.ts';

/** A metering point: an MPAN of 13 digits, or an MPRN of 6 to 10. */
export const mpxnSchema = z.string().regex(/^(\d{13}|\d{6,10})$/, 'must be an MPAN of 13 digits or an MPRN of 6 to 10');

export const deviceKindSchema = z.enum(['ESME', 'GSME', 'CHF', 'GPF', 'HCALCS', 'PPMID', 'IHD', 'CAD']);
export const deviceStatusSchema = z.enum([
  'Pending',
  'Whitelisted',
  'InstalledNotCommissioned',
  'Commissioned',
  'Decommissioned',
  'Withdrawn',
  'Suspended',
  'Recovery',
  'Recovered',
]);

/** The generation of the device; left out of an import: 2. */
export const smetsSchema = z.enum(['1', '2']);

export const responsibilitySchema = z.object({
  role: z.enum(['IS', 'ES', 'GS', 'ED', 'GT', 'RSA']),
  userId: euiSchema,
  /** Left out where the side is open. Spans are half-open. */
  validFrom: instantSchema.optional(),
  validTo: instantSchema.optional(),
});

export const deviceSchema = z.object({
  device: euiSchema,
  kind: deviceKindSchema,
  status: deviceStatusSchema,
  /** The communications hub function of the home. */
  home: euiSchema.optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  firmware: z.string().optional(),
  region: z.string().optional(),
  smets: smetsSchema,
  updatedAt: instantSchema,
  /** Of a User: its own; of the Operator: all. */
  responsible: z.array(responsibilitySchema),
  /** Given to the Operator only. */
  importMpan: z.string().optional(),
  exportMpan: z.string().optional(),
  mprn: z.string().optional(),
});
export type DeviceDocument = z.infer<typeof deviceSchema>;

/** GET /devices: those of a home, by a metering point of it or by its communications hub; exactly one of the two. */
export const deviceQuerySchema = z.strictObject({ mpxn: mpxnSchema.optional(), home: euiSchema.optional() });
/** In order of their EUIs. Of a User: those that it is responsible for now; none, too, where there is no such home. */
export const deviceListSchema = z.object({ items: z.array(deviceSchema) });

/** POST /devices: the device as it is to be known; what is left out is not known. */
export const postDeviceSchema = z.strictObject({
  device: euiSchema,
  kind: deviceKindSchema,
  status: deviceStatusSchema,
  home: euiSchema.optional(),
  importMpan: z.string().optional(),
  exportMpan: z.string().optional(),
  mprn: z.string().optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  firmware: z.string().optional(),
  region: z.string().optional(),
  smets: smetsSchema.optional(),
});
