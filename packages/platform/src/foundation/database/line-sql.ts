// SQL of the texts in lines of files that the database makes itself.

/** An EUI-64 as DUIS writes it. (0.7 us; translate() instead takes 1.4, upper() by the rules of a language a little more.) */
export function euiText(sql: string): string {
  return `upper(replace(${sql}::text, ':', '-') collate "C")`;
}

/**
 * The time of an instant in UTC to the millisecond, as JavaScript writes it behind the day: cut from what PostgreSQL writes,
 * which has six digits behind the second if the last is not 0. (to_char() takes longer.)
 */
export function timeText(sql: string): string {
  return `left((date_trunc('milliseconds', ${sql} at time zone interval '0') + interval '1 microsecond')::time::text, 12)`;
}

/** An instant in UTC to the millisecond, as JavaScript writes it. */
export function isoText(sql: string): string {
  return `(${sql} at time zone interval '0')::date::text || 'T' || ${timeText(sql)} || 'Z'`;
}

/** Words that need nothing before they stand in a cell or a string, as a constant that PostgreSQL looks up by hash. */
function anyOf(words: Iterable<string>): string {
  const plain = [...words].filter((word) => /^[A-Za-z0-9.]+$/.test(word));
  return `any ('{${plain.join()}}'::text[])`;
}

/**
 * A cell of CSV whose text others chose. Nearly all are words that are `known`, and most others are letters and digits: what
 * is neither goes through csv_cell(), of which a call takes 5 us.
 */
export function csvText(sql: string, known: Iterable<string>): string {
  return `case when ${sql} = ${anyOf(known)} then ${sql} when ${sql} ~ '^[A-Za-z0-9.]*$' then ${sql}
    else csv_cell(${sql}) end`;
}

/** A string of JSON whose text others chose, likewise. */
export function jsonText(sql: string, known: Iterable<string>): string {
  return `case when ${sql} = ${anyOf(known)} then '"' || ${sql} || '"' else to_json(${sql})::text end`;
}
