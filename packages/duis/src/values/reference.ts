/** docs/values.md, whole: what is screened, and every attribute. scripts/write-values-reference.ts writes it. */
import { catalogue } from '../catalogue/catalogue.ts';
import { type Attribute, attributes } from './attributes.ts';
import { MAXIMUM_DIGITS } from './decimal.ts';
import { MAXIMUM_VALUES } from './read-values.ts';

const introduction = `# Values: what limits can be set for

Written by \`node scripts/write-values-reference.ts\` from the catalogue itself; a test keeps it current.

An *attribute* is a number in the body of a request for which the Operator can set a minimum and a maximum. Its id is
the path of its element in the DUIS schema, from the element in the body down, and stays what it is. The catalogue has
every number of the schema's bodies but those that nobody would limit: names and references, parts of dates, counts of
elements, scales, identifiers, counters against replay, and which days a schedule reads. A test derives them all from
the schema. The schema has no further forms for SMETS1: its devices are sent the same bodies.

## What is screened

- **Requests with Command Variants 1 to 4 and 8.** A Signed Pre-Command (5, 6, 7) carries opaque bytes and has no
  values; they were screened in the request that was transformed.
- **The exact number in the unit of the table.** Nothing is rounded and nothing is floating point. Where DUIS writes a
  scale in an element of its own, the number is what is written times ten to that power: a price of 2121 with
  \`PriceScale\` -5 is 0.02121 GBP/kWh. A limit is a plain decimal in the same unit.
- **Strictly.** A number below its minimum or above its maximum is a breach; one that equals it is none.
- **Every one.** An element that is there several times is screened each time, and named by its position
  (\`TOUPrice[2]\`, from 1).
- **What cannot be read is a breach of each limit of its attribute**: no number, more than ${MAXIMUM_DIGITS} digits, a scale or period
  that is missing, repeated or wrong, or an element of an attribute's name where the schema has none. When a body has
  ${MAXIMUM_VALUES.toLocaleString('en')} values or more, the rest is not read, and all of its attributes are unreadable; the schema allows 120.

## What to know before setting a limit

- **The schema states no units**, save seconds for the tolerance of a clock. The others are our understanding of the
  devices' specifications, checked for sense against real messages; where there is none in the table, the number is
  limited as it is written. Try a limit on messages whose values you know.
- **Currency** is what the message says (\`CurrencyUnits\`: GBP or ECB). The number is screened either way.
- **Block thresholds** are sent as 4294967295 where there is no further block: a maximum below that holds most tariffs.
- **Debt recovery rates** are by the day: a rate that is HOURLY counts 24 times.
- **Top-ups**: a UTRN of GBCS holds its amount openly (pence to 81.91, pounds to 8191), and that is screened. Tokens of
  another make, as SMETS1 meters have, cannot be read and breach any limit for \`TopUpDevice.UTRN\`.
- **SMETS1**: a breach of a request to a SMETS1 device is deleted with notice, not held. A message does not tell which
  kind of device it is for; only the record of the device does, so whoever screens brings that knowledge.

## The attributes
`;

const row = ({ id, name, unit, quantity }: Attribute): string => {
  const element = `\`${id.slice(id.indexOf('.') + 1)}\``;
  return `| ${element} | ${name} | ${unit ?? ''} | ${quantity} |`;
};

/** The page, with a table for each body. */
export function valuesReference(): string {
  const lines = [introduction];
  const byBody = Map.groupBy(attributes.values(), ({ id }) => id.slice(0, id.indexOf('.')));
  for (const [body, its] of byBody) {
    const srvs = [...catalogue.values()].filter(({ bodyElements }) => bodyElements.includes(body));
    lines.push(
      `### ${srvs.map(({ srv, name }) => `${srv} ${name}`).join(', ')}`,
      '',
      `Ids begin with \`${body}.\``,
      '',
    );
    lines.push('| element | name | unit | number |', '| --- | --- | --- | --- |', ...its.map(row), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
