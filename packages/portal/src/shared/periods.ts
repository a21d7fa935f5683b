// Spans of time as people say them, where the API and the gate write ISO 8601. Pure.

const units: Readonly<Record<string, string>> = { D: 'day', H: 'hour', M: 'minute', S: 'second' };

/** 'P1D' is '1 day', 'PT90M' '90 minutes', 'PT1H30M' '1 hour 30 minutes'. */
export function periodWords(period: string): string {
  const parts = [...period.matchAll(/(\d+)([DHMS])/g)].map(([, number = '', unit = '']) => {
    const name = units[unit] ?? unit;
    return `${number} ${name}${number === '1' ? '' : 's'}`;
  });
  return parts.length === 0 ? period : parts.join(' ');
}

const PERIOD = /\bP(?=T?\d)(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?\b/g;

/** A sentence that the gate wrote, its periods as people say them. */
export function withPeriods(sentence: string): string {
  return sentence.replace(PERIOD, periodWords);
}
