/** The conditions of a question, as they are written down where somebody looked. */
export function saidOf(query: Readonly<Record<string, unknown>>): string {
  return Object.entries(query)
    .filter(([name, value]) => value !== undefined && name !== 'userId')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
