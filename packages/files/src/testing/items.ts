/** For tests only: items that are like real ones. */
import { hash } from 'node:crypto';
import { USER } from './adt.ts';

export const EVENT = '12345678901234567890';

export const deviceOf = (number: number): string =>
  `00-DB-12-34-${(number & 0xffff_ffff)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0')
    .replace(/(..)(?!$)/g, '$1-')}`;
export const messageIdOf = (number: number): string => `${USER}:${deviceOf(number)}:${1_000 + number}`;
export const sha256Of = (number: number): string => hash('sha256', String(number));
