import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DeviceKind } from './homes.ts';

/**
 * The public request templates, prepared once: compact text cut at the places that change from message to message, so
 * that a message is a join of a few strings.
 *
 * What is dropped: the placeholder signature, comments (the profile refuses them), the XML declaration and the white
 * space between elements (the Operator's own tool drops it before it digests). What is put right: the RequestID, and
 * the devices and metering points named in the body, which become ones of the home that the request is about. One of
 * them (7.1 with Command Variant 7) is a signed pre-command; it stays one.
 */

/** A metering point of the home, or another value that only has to be valid. */
export type PlainFill =
  | 'request-id'
  | 'command-variant'
  | 'import-mpxn'
  | 'import-mpan'
  | 'secondary-import-mpan'
  | 'export-mpan'
  | 'mprn'
  | 'mpxn'
  | 'original-request-id'
  | 'schedule-id'
  | 'firmware-image'
  | 'postcode';

/**
 * What a place is filled with. A device is of the home, of one of the kinds; a list has devices of several homes; a
 * former device is one that left its home; a new device is one that nobody has heard of.
 */
export type Slot =
  | { readonly fill: 'device' | 'device-list'; readonly kinds: readonly DeviceKind[] }
  | { readonly fill: 'former-device'; readonly kind: DeviceKind }
  | { readonly fill: 'new-device' }
  | { readonly fill: PlainFill };

export interface Template {
  /** The file's name without its ending, for messages to people. */
  readonly name: string;
  readonly srv: string;
  readonly serviceReference: string;
  /** As the template has it. */
  readonly commandVariant: number;
  /** The kind of device that it is sent to; undefined: to the Operator. */
  readonly target: DeviceKind | undefined;
  /** Kinds of device that the body names: of each list the home must have one. */
  readonly named: readonly (readonly DeviceKind[])[];
  /** texts[0] slots[0] texts[1] slots[1] ... texts[n]. */
  readonly texts: readonly string[];
  readonly slots: readonly Slot[];
}

const OPERATOR_IN_TEMPLATES = '90-B3-D5-1F-30-00-00-02';
/** Which kind of device each of the templates' target EUIs stands for; the last pair tells them apart. */
const TARGET_KINDS: Readonly<Record<string, DeviceKind>> = {
  A0: 'ESME',
  A1: 'GSME',
  A2: 'CHF',
  A3: 'GPF',
  A4: 'PPMID',
  A5: 'HCALCS',
  A6: 'ESME',
};
const PLAIN: Readonly<Record<string, PlainFill>> = {
  RequestID: 'request-id',
  CommandVariant: 'command-variant',
  ImportMPxN: 'import-mpxn',
  ImportMPAN: 'import-mpan',
  ImportMPRN: 'mprn',
  SecondaryImportMPAN: 'secondary-import-mpan',
  ExportMPAN: 'export-mpan',
  MPxN: 'mpxn',
  OriginalRequestID: 'original-request-id',
  DSPScheduleID: 'schedule-id',
  FirmwareImage: 'firmware-image',
  PostCode: 'postcode',
};
const DEVICE_ELEMENTS = ['DeviceID', 'OtherDeviceID', 'OldCHFID', 'OldGPFID', 'HCALCS', 'DeviceIDList'];
/** The text of every leaf that changes. HCALCS with children is the choice of a device, not one. */
const VARIABLE = new RegExp(
  `<sr:(?<element>${[...Object.keys(PLAIN), ...DEVICE_ELEMENTS].join('|')})>(?<value>[^<]+)(?=</sr:)`,
  'g',
);

/** Compact form of a request: one line, no declaration, no comments, no signature. */
export function compact(xml: string): string {
  return xml
    .replace(/^\uFEFF?\s*<\?xml[^?]*\?>/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<ds:Signature[\s\S]*?<\/ds:Signature>/, '')
    .replace(/>\s+</g, '><')
    .trim();
}

/** Cuts a request at what changes. Throws where it has no header to cut. */
export function prepareTemplate(name: string, xml: string): Template {
  const text = compact(xml);
  const srv = leaf(text, 'ServiceReferenceVariant', name);
  const targetId = leaf(text, 'RequestID', name).split(':')[1] ?? '';
  const target = targetId === OPERATOR_IN_TEMPLATES ? undefined : TARGET_KINDS[targetId.slice(-2)];
  if (target === undefined && targetId !== OPERATOR_IN_TEMPLATES)
    throw new Error(`${name}: unknown target ${targetId}`);

  const texts: string[] = [];
  const slots: Slot[] = [];
  let at = 0;
  for (const { 0: whole, index, groups } of text.matchAll(VARIABLE)) {
    const { element = '', value = '' } = groups ?? {};
    texts.push(text.slice(at, index + whole.length - value.length));
    slots.push(slotOf(element, value, srv, target));
    at = index + whole.length;
  }
  texts.push(text.slice(at));
  return {
    name,
    srv,
    serviceReference: leaf(text, 'ServiceReference', name),
    commandVariant: Number(leaf(text, 'CommandVariant', name)),
    target,
    named: slots.flatMap((slot) => ('kinds' in slot ? [slot.kinds] : [])),
    texts,
    slots,
  };
}

function leaf(text: string, element: string, name: string): string {
  const value = new RegExp(`<sr:${element}>([^<]*)<`).exec(text)?.[1];
  if (value === undefined) throw new Error(`${name}: no ${element}`);
  return value;
}

function slotOf(element: string, value: string, srv: string, target: DeviceKind | undefined): Slot {
  const plain = PLAIN[element];
  if (plain !== undefined) return { fill: plain };
  if (srv === '12.2') return { fill: 'new-device' };
  if (element === 'OldCHFID') return { fill: 'former-device', kind: 'CHF' };
  if (element === 'OldGPFID') return { fill: 'former-device', kind: 'GPF' };
  const kinds = namedKinds(element, value, srv, target);
  return { fill: element === 'DeviceIDList' ? 'device-list' : 'device', kinds };
}

/** Which kinds of device a request may name at a place of its body, best first. */
function namedKinds(element: string, value: string, srv: string, target: DeviceKind | undefined): DeviceKind[] {
  if (element === 'HCALCS') return ['HCALCS'];
  if (element === 'OtherDeviceID' && target !== undefined) {
    // Joins and unjoins: what a device of this kind may share a Home Area Network with.
    if (target === 'GSME') return ['GPF', 'PPMID'];
    if (target === 'ESME') return ['HCALCS', 'PPMID', 'IHD'];
    return ['ESME', 'GSME', 'GPF'];
  }
  const kind = TARGET_KINDS[value.slice(-2)];
  if (kind === 'CHF' || kind === 'PPMID') return [kind];
  // A schedule's and a firmware image's kind of read or device is the template's own: electricity.
  return srv === '5.1' || srv === '11.1' ? ['ESME'] : ['ESME', 'GSME'];
}

/** Every template of the package, in the order of their names: 293. */
export function loadTemplates(): Template[] {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@smartdcc/duis-templates/package.json')), 'templates');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.XML'))
    .sort()
    .map((file) => prepareTemplate(file.replace(/_REQUEST_DUIS\.XML$/, ''), readFileSync(join(folder, file), 'utf8')));
}
