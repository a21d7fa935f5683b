import { describe, expect, test } from 'vitest';
import { countConditions, formOf, messageSearchSchema, queryOf, readForm } from './search.ts';

const empty = { from: '', to: '', device: '', mpxn: '', srv: '', kind: '', code: '', request: '' };

describe('the form', () => {
  test('becomes an address: instants in UTC, identifiers in upper case, nothing for what is empty', () => {
    const form = {
      ...empty,
      from: '2026-07-01T08:30',
      device: ' 00-db-12-34-56-78-00-02 ',
      mpxn: '10 0000 0000 001',
      srv: '4.1.1',
      kind: 'response',
    };
    expect(readForm(form, 'Europe/London')).toEqual({
      faults: {},
      search: {
        from: '2026-07-01T07:30:00.000Z',
        device: '00-DB-12-34-56-78-00-02',
        mpxn: '1000000000001',
        srv: '4.1.1',
        kind: 'response',
      },
    });
  });

  test('names every field that is wrong at once', () => {
    const form = {
      ...empty,
      from: '2026-07-02T00:00',
      to: '2026-07-01T00:00',
      device: 'meter 7',
      mpxn: '12345',
      srv: 'four',
      request: '1:2',
    };
    expect(Object.keys(readForm(form, 'UTC').faults)).toEqual(['to', 'device', 'mpxn', 'request', 'srv']);
  });

  test('comes back from the address as it was written', () => {
    const form = { ...empty, from: '2026-07-01T08:30:00', mpxn: '2000000001', code: 'I99' };
    const { search } = readForm(form, 'Europe/London');
    expect(formOf(messageSearchSchema.parse(search), 'Europe/London')).toEqual(form);
  });
});

describe('the address', () => {
  test('what is not to be used as text is left out, what is unknown is not looked at', () => {
    const search = messageSearchSchema.parse({ srv: '4.1.1', code: 'x'.repeat(300), colour: 'red', from: 7 });
    expect(search).toEqual({ srv: '4.1.1' });
    expect(countConditions(search)).toBe(1);
  });

  test('a time that is none is left to the API, and the form shows it as empty', () => {
    const search = messageSearchSchema.parse({ from: 'yesterday' });
    expect(queryOf(search).from).toBe('yesterday');
    expect(formOf(search, 'UTC').from).toBe('');
  });
});
