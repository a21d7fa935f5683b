import { createReadStream } from 'node:fs';
import { compareActions, Findings, HeldItems, readActions, readReport } from '@penstock/files';

/**
 * Checks a report and an action file, as `penstock quarantine check FILE --report REPORT` does, in a process of its own
 * so that the memory is its own. Prints one line of JSON.
 */

const [actionsFile = '', reportFile = ''] = process.argv.slice(2);
const started = performance.now();

const reportFindings = new Findings();
const held = new HeldItems();
for await (const _ of readReport(createReadStream(reportFile), reportFindings, held));
const reportRead = performance.now();
const findings = new Findings();
const decisions = await compareActions(held, readActions(createReadStream(actionsFile), findings), findings);
const ended = performance.now();

const faults = reportFindings.faultCount + findings.faultCount;
process.stdout.write(
  `${JSON.stringify({
    seconds: (ended - started) / 1000,
    reportSeconds: (reportRead - started) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1000,
    faults,
    decisions,
  })}\n`,
);
