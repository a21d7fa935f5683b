import type pg from 'pg';
import { schemaName } from './database.ts';
import type { Distribution } from './distribution.ts';

// The rules of Citus that the schema keeps, checked on a live catalogue against the declared distribution.

interface Table {
  readonly name: string;
  readonly columns: readonly { name: string; type: string; required: boolean; sequence: boolean }[];
  readonly uniqueKeys: readonly { name: string; columns: readonly string[] }[];
  readonly foreignKeys: readonly {
    name: string;
    columns: readonly string[];
    to: string;
    toColumns: readonly string[];
  }[];
  readonly triggers: readonly string[];
}

/** Every table of the schema but the partitions, which follow their table. */
async function readTables(pool: pg.Pool): Promise<Table[]> {
  const { rows } = await pool.query<Table>(
    `select class.relname as name,
            (select json_agg(json_build_object(
                      'name', attname, 'type', format_type(atttypid, atttypmod), 'required', attnotnull,
                      'sequence', attidentity <> '' or coalesce(pg_get_expr(adbin, adrelid) like '%nextval(%', false)))
               from pg_attribute
               left join pg_attrdef on adrelid = attrelid and adnum = attnum
              where attrelid = class.oid and attnum > 0 and not attisdropped) as columns,
            (select coalesce(json_agg(json_build_object('name', key.relname, 'columns',
                      (select coalesce(json_agg(attname), '[]') from pg_attribute
                        where attrelid = class.oid and attnum = any (indkey)))), '[]')
               from pg_index
               join pg_class key on key.oid = indexrelid
              where indrelid = class.oid and (indisunique or indisexclusion)) as "uniqueKeys",
            (select coalesce(json_agg(json_build_object('name', conname, 'to', target.relname,
                      'columns', (select json_agg(attname order by position)
                         from unnest(conkey) with ordinality as part (number, position)
                         join pg_attribute on attrelid = conrelid and attnum = part.number),
                      'toColumns', (select json_agg(attname order by position)
                         from unnest(confkey) with ordinality as part (number, position)
                         join pg_attribute on attrelid = confrelid and attnum = part.number))), '[]')
               from pg_constraint
               join pg_class target on target.oid = confrelid
              where conrelid = class.oid and contype = 'f') as "foreignKeys",
            (select coalesce(json_agg(tgname), '[]')
               from pg_trigger where tgrelid = class.oid and not tgisinternal) as triggers
       from pg_class class
      where class.relnamespace = $1::regnamespace and class.relkind in ('r', 'p') and not class.relispartition
      order by class.relname`,
    [schemaName],
  );
  return rows;
}

function breachesOfForeignKeys(table: Table, itsColumn: string | undefined, declared: Declared): string[] {
  return table.foreignKeys.flatMap((key) => {
    const target = declared[key.to];
    const where = `${table.name}: foreign key ${key.name}`;
    if (target === 'reference') return [];
    if (target === undefined || itsColumn === undefined) return [`${where} goes from a reference table to ${key.to}`];
    const position = key.columns.indexOf(itsColumn);
    if (position >= 0 && key.toColumns[position] === target.by) return [];
    return [
      `${where} joins what is distributed by ${itsColumn} to ${key.to}, distributed by ${target.by}, apart from them`,
    ];
  });
}

type Declared = Readonly<Record<string, Distribution>>;

function breachesOf(table: Table, declared: Declared): string[] {
  const its = declared[table.name];
  if (its === undefined) return [`${table.name}: is not in distribution.ts`];
  if (its === 'reference') return breachesOfForeignKeys(table, undefined, declared);
  const column = table.columns.find((candidate) => candidate.name === its.by);
  if (column === undefined) return [`${table.name}: has no column ${its.by} to be distributed by`];
  const found = breachesOfForeignKeys(table, its.by, declared);
  if (!column.required) found.push(`${table.name}: ${its.by}, which it is distributed by, may be null`);
  for (const key of table.uniqueKeys) {
    if (!key.columns.includes(its.by)) found.push(`${table.name}: unique key ${key.name} lacks ${its.by}`);
  }
  for (const trigger of table.triggers) found.push(`${table.name}: trigger ${trigger} on a distributed table`);
  for (const { name, sequence } of table.columns) {
    if (sequence) found.push(`${table.name}: ${name} takes its value from a sequence`);
  }
  return found;
}

/** Tables distributed by one column lie together only when that column has one type. */
function breachesOfTypes(tables: readonly Table[], declared: Declared): string[] {
  const types = new Map<string, string>();
  return tables.flatMap((table) => {
    const its = declared[table.name];
    if (its === undefined || its === 'reference') return [];
    const type = table.columns.find((column) => column.name === its.by)?.type;
    if (type === undefined) return [];
    const usual = types.get(its.by) ?? type;
    types.set(its.by, usual);
    return type === usual ? [] : [`${table.name}: ${its.by} is ${type} here and ${usual} in other tables`];
  });
}

/** What of the live schema Citus could not distribute as declared, one sentence each; empty when all is well. */
export async function findCitusBreaches(pool: pg.Pool, declared: Declared): Promise<string[]> {
  const tables = await readTables(pool);
  const names = new Set(tables.map((table) => table.name));
  const gone = Object.keys(declared).filter((name) => !names.has(name));
  return [
    ...tables.flatMap((table) => breachesOf(table, declared)),
    ...breachesOfTypes(tables, declared),
    ...gone.map((name) => `${name}: is in distribution.ts but not in the database`),
  ];
}
