// The service requests that a file names. Those of the Self-Service Interface are the User's own matter, and taken as they
// are; one that has the form of those that the intake raises must be one that it raised for this User, else it was
// mistyped, or is somebody else's.
import { type FileFault, referenceErrors } from '@penstock/api';
import type { Eui } from '@penstock/duis';
import type { Findings } from '@penstock/files';
import type pg from 'pg';
import { faultsOf } from './faults.ts';
import { readRaised } from './references-store.ts';

/** As raisedReference makes it: the day of receipt, and the beginning of the file's SHA-256. */
const RAISED = /^SR-(\d{8})-([0-9a-f]{10})$/;

/** What is wrong with the lines that were read, as the API tells it: with what they are, and what they name. */
export async function judgeLines(
  client: pg.PoolClient,
  userId: Eui,
  findings: Findings,
): Promise<{ readonly faults: readonly FileFault[]; readonly count: number; readonly references: readonly string[] }> {
  const unknown = await faultsOfReferences(client, userId, findings.references);
  return {
    faults: [...faultsOf(findings), ...unknown.values()],
    count: findings.faultCount + unknown.size,
    // nothing is listed under one that is somebody else's
    references: [...findings.references.keys()].filter((reference) => !unknown.has(reference)),
  };
}

/** By the reference. */
async function faultsOfReferences(
  client: pg.PoolClient,
  userId: Eui,
  references: Findings['references'],
): Promise<ReadonlyMap<string, FileFault>> {
  const asked = [...references].flatMap(([reference, place]) => {
    const [, day, beginning] = RAISED.exec(reference) ?? [];
    return day === undefined || beginning === undefined ? [] : [{ reference, place, day, beginning }];
  });
  if (asked.length === 0) return new Map();
  const raised = await readRaised(client, userId, asked);
  const unknown = asked.filter(({ reference }) => !raised.has(reference));
  return new Map(
    unknown.map(({ reference, place }) => [
      reference,
      {
        line: place.line,
        column: place.column.name,
        code: 'reference.unknown',
        message: `no file of ${userId} was given the service request ${reference}`,
        action: referenceErrors['reference.unknown'],
      },
    ]),
  );
}
