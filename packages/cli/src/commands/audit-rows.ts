import {
  type directionSchema,
  type MessageDocument,
  type messageKinds,
  type TitleDocument,
  titleKinds,
} from '@penstock/api';
import type { z } from 'zod';
import { exitCode, LocalFailure } from '../local-failure.ts';

// What the commands of `penstock audit` ask, and how they show what they get.

export interface Conditions {
  readonly from?: string;
  readonly to?: string;
  readonly device?: string;
  readonly mpxn?: string;
  readonly direction?: z.infer<typeof directionSchema>;
  readonly srv?: string;
  readonly kind?: (typeof messageKinds)[number];
  readonly code?: string;
  readonly request?: string;
}

/** The conditions of the own record as the API calls them. */
export function questionOf({ from, to, device, mpxn, direction, srv, kind, code, request }: Conditions) {
  if (direction !== undefined) {
    throw new LocalFailure(exitCode.usage, '--direction is of titles', 'Give --kind: each goes in one direction.');
  }
  const all = { from, to, device, mpxn, serviceReferenceVariant: srv, kind, code, requestId: request };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Partial<typeof all>;
}

/** The device of titles, and the conditions that titles know. */
export function titleQuestionOf({ direction, ...options }: Conditions) {
  const { device, mpxn, requestId, kind, ...rest } = questionOf(options);
  const titleKind = titleKinds.find((one) => one === kind);
  if (device === undefined || mpxn !== undefined || requestId !== undefined || titleKind !== kind) {
    throw new LocalFailure(
      exitCode.usage,
      'titles are of one device, and have no MPxN, RequestID, acknowledgements or alerts',
      `Give --device, and of --kind one of ${titleKinds.join(', ')}.`,
    );
  }
  const query = {
    ...rest,
    ...(titleKind === undefined ? {} : { kind: titleKind }),
    ...(direction === undefined ? {} : { direction }),
  };
  return { device, query };
}

export const messageHeadings = ['recorded', 'direction', 'kind', 'SRV', 'code', 'verdict', 'target', 'RequestID'];
export const messageCells = (one: MessageDocument): string[] => [
  one.recordedAt,
  one.direction,
  one.kind,
  one.serviceReferenceVariant ?? '',
  one.code ?? '',
  one.verdict,
  one.target,
  one.requestId ?? '',
];

export const titleHeadings = ['time', 'direction', 'kind', 'SRV', 'code', 'sender', 'shown because'];
export const titleCells = ({ sender, ...one }: TitleDocument): string[] => [
  one.time,
  one.direction,
  one.kind,
  [one.serviceReferenceVariant, one.name].filter((text) => text !== undefined).join(' '),
  one.code ?? '',
  [sender.role, sender.party, sender.isYou ? '(you)' : undefined].filter((text) => text !== undefined).join(' '),
  `${one.why.basis} ${one.why.role}`,
];
