import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY_TIMEOUT, runs } from '../testing/property-runs.ts';
import { requestOf } from '../testing/value-requests.ts';
import { attributes } from './attributes.ts';
import { readValues } from './read-values.ts';

const BODY = 'UpdatePricePrimaryElement';
const ids = [...attributes.keys()].filter((id) => id.startsWith(`${BODY}.`));
const leafNames = new Set(ids.map((id) => id.slice(id.lastIndexOf('.') + 1)));
const names = [...new Set(ids.flatMap((id) => id.split('.').slice(1))), 'PriceScale', 'StandingChargeScale', 'Other'];

/** Any tree of the body's names, in places that the schema has and in others. */
const { tree, inside } = fc.letrec<{ tree: string; inside: string }>((tie) => ({
  tree: fc.tuple(fc.constantFrom(...names), tie('inside')).map(([name, text]) => `<${name}>${text}</${name}>`),
  inside: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom('', '1', '-5', '128', '1e3', 'x'),
    fc.array(tie('tree'), { maxLength: 4 }).map((all) => all.join('')),
  ),
}));
/** Places of the schema, which random trees seldom meet, with anything inside. */
const wellPlaced = fc
  .tuple(fc.constantFrom('TOUTariff', 'HybridTariff'), inside, inside, fc.constantFrom('-5', '127'))
  .map(([tariff, price, scale, number]) => {
    const prices = `<${tariff}><TOUPrice>${number}</TOUPrice><TOUPrice>${price}</TOUPrice></${tariff}>`;
    const held = `<PriceScale>${scale}</PriceScale>${prices}`;
    return `<PriceElements><ElectricityPriceElements>${held}</ElectricityPriceElements></PriceElements>`;
  });

it('every element of an attribute’s name is reported, whatever the body', { timeout: PROPERTY_TIMEOUT }, () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(tree, wellPlaced), { maxLength: 8 }), (parts) => {
      const request = requestOf('1.2.1', `<${BODY}>${parts.join('')}</${BODY}>`);
      const values = readValues(request);
      const there = [...request.body.descendants()].filter(({ name }) => leafNames.has(name));
      expect([...new Set(values.map(({ offset }) => offset))]).toEqual(there.map(({ offset }) => offset));
      const paths = new Set(ids);
      for (const { attribute, value, where, text } of values) {
        if (value === undefined) continue;
        expect(where.replaceAll(/\[\d+\]/g, '')).toBe(attribute.id);
        expect(paths).toContain(attribute.id);
        expect(text).toMatch(/^-?[0-9]+$/);
      }
      for (const id of ids) {
        const one = readValues(request, new Set([id]));
        expect(one).toEqual(values.filter(({ attribute }) => attribute.id === id));
      }
    }),
    runs(300),
  );
});
