import {
  actionsProfile,
  adtInForce,
  adtProfile,
  compareActions,
  compareAdt,
  compareLimits,
  FIRST_BYTES,
  Findings,
  HeldItems,
  limitsInForce,
  limitsProfile,
  profileOf,
  readActions,
  readAdt,
  readLimits,
  readReport,
  withoutAdtReferences,
  withoutLimitReferences,
} from '@penstock/files';
import type { CheckedFile, CheckJob } from './jobs.ts';
import { fetchReport, piecesOf, ReportRefused } from './read-held.ts';
import { summaryOfAdt, summaryOfLimits } from './summary.ts';

/** Events of a file whose reports are fetched to compare with; a usual file names one. */
const MOST_COMPARED = 5;

type Result = Omit<CheckedFile, 'rows' | 'faults' | 'faultCount' | 'notices'>;

/** Everything that is wrong with a file, or what it would change: by the code that judges it after its delivery. */
export async function checkFile(job: CheckJob, onRows: (rows: number) => void): Promise<CheckedFile> {
  const findings = new Findings();
  const first = new Uint8Array(await job.file.slice(0, FIRST_BYTES).arrayBuffer());
  const profile = profileOf(first, [adtProfile, limitsProfile, actionsProfile], findings);
  const result = await readAs(profile?.id, job, findings, onRows);
  const { rows, faults, faultCount, notices } = findings;
  return { ...result, rows, faults, faultCount, notices };
}

async function readAs(
  id: string | undefined,
  job: CheckJob,
  findings: Findings,
  onRows: (rows: number) => void,
): Promise<Result> {
  if (id === adtProfile.id) return checkAdt(job, findings);
  if (id === limitsProfile.id) return checkLimits(job, findings);
  if (id === actionsProfile.id) return checkActions(job, findings, onRows);
  return { kind: undefined };
}

async function checkAdt(job: CheckJob, findings: Findings): Promise<Result> {
  const known = new Set(job.srvs);
  const operator = job.isOperator ? { operatorId: job.userId } : {};
  const file = await readAdt(piecesOf(job.file.stream()), (srv) => known.has(srv), findings, operator);
  if (file === undefined) return { kind: 'adt' };
  if (file.userId !== job.userId) return { kind: 'adt', userId: file.userId };
  const inForce = job.thresholds.flatMap(({ versions, ...counted }) =>
    versions.filter(({ endedAt }) => endedAt === undefined).map(({ bounds }) => ({ ...counted, bounds })),
  );
  const before = await adtInForce(file.userId, inForce);
  const differences = compareAdt(before, withoutAdtReferences(file));
  return { kind: 'adt', userId: file.userId, summary: summaryOfAdt(differences, new Date()) };
}

async function checkLimits(job: CheckJob, findings: Findings): Promise<Result> {
  const known = new Set(job.attributes);
  const file = await readLimits(piecesOf(job.file.stream()), (attribute) => known.has(attribute), findings);
  if (file === undefined) return { kind: 'limits' };
  const before = await limitsInForce(job.limits);
  const differences = compareLimits(before, withoutLimitReferences(file));
  return { kind: 'limits', summary: summaryOfLimits(differences, new Date()) };
}

async function checkActions(job: CheckJob, findings: Findings, onRows: (rows: number) => void): Promise<Result> {
  const events = new Map<string, { process: number; delete: number }>();
  const total = { process: 0, delete: 0 };
  for await (const rows of readActions(piecesOf(job.file.stream()), findings)) {
    for (const { event, action } of rows) {
      const counts = events.get(event) ?? { process: 0, delete: 0 };
      counts[action] += 1;
      total[action] += 1;
      events.set(event, counts);
    }
    onRows(findings.rows);
  }
  const comparison =
    findings.faultCount > 0
      ? { notCompared: 'the file has faults', undecided: undefined }
      : await compare(job, [...events.keys()], findings);
  const byEvent = [...events].map(([event, counts]) => ({ event, ...counts }));
  return { kind: 'actions', actions: { ...total, events: byEvent, ...comparison } };
}

/** Looks every item up in the reports of the events that are named. */
async function compare(job: CheckJob, events: readonly string[], findings: Findings) {
  if (events.length > MOST_COMPARED) return { notCompared: `it names ${events.length} events`, undecided: undefined };
  const held = new HeldItems();
  try {
    for (const event of events) {
      for await (const _ of readReport(await fetchReport(event, job.caller), new Findings(), held));
    }
  } catch (error) {
    if (!(error instanceof ReportRefused)) throw error;
    return { notCompared: 'what is held could not be asked for', undecided: undefined };
  }
  const again = new Findings();
  const { undecided } = await compareActions(held, readActions(piecesOf(job.file.stream()), again), findings);
  return { notCompared: undefined, undecided };
}
