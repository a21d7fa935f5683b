/**
 * Which services a device alert may follow from, as the titles of both tables say.
 *
 * No public source lists this: each line is our own reading of an alert's title beside the names of the services (the
 * alert 'Event Log Cleared', the service 'Clear Event Log'). It says what fits, never what was; a code that is not here
 * is about the device or its surroundings, or its title does not tell.
 */
import { deviceAlertCodes } from './device-alerts.ts';

/** Alert codes | SRVs; 'any': whatever command the device received. A range names all codes of the table in it. */
const table = `
8002-8009 8020-802F 8085-809C      | 6.5
8F01 8F33 8F34                     | 6.4.1 6.4.2
8010 8011 8013 8016                | 6.4.1
8F0A                               | 1.1.1 1.1.2 1.6 6.8
8F0C 81C6 8145                     | 6.11
810D 8119 81AA 8F0F 8F83           | 1.5 1.6 2.1 2.3
81AB 8168                          | 2.5
81A7 81A8 81A9                     | 2.3
8F47 8F51 8F5B 8F63 8F64 81C4 81C5 | 2.2
8F52                               | 3.3
81A6                               | 3.1
8F12 8183                          | 8.11 8.12.1
8071                               | 8.11 8.12.2
8F48 8F49                          | 8.7.1 8.7.2
8F4A 8F4B                          | 8.8.1 8.8.2
8F69                               | 8.1.1
8F1B 8F1C 8F43 8F72 81AD           | 11.1 11.3 11.4
8F89 8F8A                          | 11.1 11.4
8F8B                               | 11.2
8F26-8F2B 8F2D                     | 6.28 6.29
8F32                               | 7.3
81BD                               | 7.1 7.3
81C0                               | 7.2
81BE 81A0                          | 6.25
81B4 81BF                          | 6.7
8F4C-8F4F                          | 6.15.2 6.17
8F70                               | 6.15.1 6.15.2 6.21 6.23
8154 8155 8F66 8F67                | any
8F1E 8F30 8F3D 8F3E 8F53 8F60      | any
819D 8F84                          | any
`;

const inTable = [...deviceAlertCodes.keys()].sort();

const services: ReadonlyMap<string, readonly string[] | 'any'> = new Map(
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [codes = '', srvs = ''] = line.split('|').map((cell) => cell.trim());
      const value = srvs === 'any' ? ('any' as const) : srvs.split(' ');
      return codes.split(' ').flatMap((named) => {
        const [first = '', last = first] = named.split('-');
        return inTable.filter((code) => code >= first && code <= last).map((code) => [code, value] as const);
      });
    }),
);

/**
 * The SRVs from which an alert with this code may follow; 'any' for one that tells of a command, whichever; undefined
 * where the code does not tell. In either case of letters.
 */
export function servicesOfAlert(code: string): readonly string[] | 'any' | undefined {
  return services.get(code.toUpperCase());
}
