// What somebody looks for among devices: one field takes an EUI-64 or a metering point. Pure.
import { euiSchema, mpxnSchema } from '@penstock/api/schemas';

export type Wanted =
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'point'; readonly mpxn: string };

/** What was typed: blanks around it and in a number count for nothing; undefined when it is neither. */
export function readWanted(text: string): Wanted | undefined {
  const device = euiSchema.safeParse(text.trim());
  if (device.success) return { kind: 'device', device: device.data };
  const mpxn = mpxnSchema.safeParse(text.replaceAll(/\s/g, ''));
  return mpxn.success ? { kind: 'point', mpxn: mpxn.data } : undefined;
}
