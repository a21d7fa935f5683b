/**
 * The catalogue of attributes: the data values in request bodies that an Operator may set a minimum and a maximum for.
 *
 * What always holds: an attribute is one element of the schema (or the amount inside a token), by its path; its `id`
 * is that path and does not change. A test derives every number of the schema's bodies and asks that it stands here
 * or among those that are no limits.
 */
import { catalogue } from '../catalogue/catalogue.ts';
import { type AttributeRow, attributeRows } from './table.ts';

export interface Attribute {
  /** The body's element and the elements below it, joined by points, e.g. 'UpdateMeterBalance.CreditMode.AdjustMeterBalance'. */
  readonly id: string;
  /** The Service Request Variants whose body it stands in. */
  readonly srvs: readonly string[];
  /** In words, e.g. 'gas standing charge'. */
  readonly name: string;
  /** The unit of the screened number; undefined where no public source tells it, and the number is as written. */
  readonly unit: string | undefined;
  /** The fixed power of ten between the written and the screened number. */
  readonly exponent: number;
  /** Path of the element whose number is the power of ten of this one, as an id is written. */
  readonly scale: string | undefined;
  /** Path of the element that says HOURLY or DAILY of this rate, as an id is written. */
  readonly period: string | undefined;
  /** What is written in the element: a number, or a prepayment token that holds one. */
  readonly written: 'number' | 'token';
  /** How the screened number comes from what is written, in words. */
  readonly quantity: string;
}

const srvsByBody = new Map<string, string[]>();
for (const { srv, bodyElements } of catalogue.values()) {
  for (const body of bodyElements) srvsByBody.set(body, [...(srvsByBody.get(body) ?? []), srv]);
}

const last = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

function quantityOf({ exponent, scale, period, token }: AttributeRow): string {
  if (token) return 'the amount in the token';
  const power = scale === undefined ? exponent && `10^${exponent}` : `10^${last(scale)}`;
  const scaled = power ? `as written × ${power}` : 'as written';
  return period === undefined ? scaled : `${scaled}, × 24 where ${last(period)} is HOURLY`;
}

function attributeOf(row: AttributeRow): Attribute {
  const below = (path: string | undefined) => (path === undefined ? undefined : `${row.body}.${path}`);
  return {
    id: `${row.body}.${row.path}`,
    srvs: srvsByBody.get(row.body) ?? [],
    name: row.name,
    unit: row.unit,
    exponent: row.exponent ?? 0,
    scale: below(row.scale),
    period: below(row.period),
    written: row.token ? 'token' : 'number',
    quantity: quantityOf(row),
  };
}

/** All attributes by id, in the order of the SRVs. */
export const attributes: ReadonlyMap<string, Attribute> = new Map(
  attributeRows.map(attributeOf).map((attribute) => [attribute.id, attribute]),
);
