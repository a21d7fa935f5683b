import { buffer } from 'node:stream/consumers';
import { reportNameSchema } from '@penstock/api';
import { exitCode, LocalFailure } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, printTable, type ServerOptions, userOf } from '../server.ts';
import { writeWhole } from '../sign-file.ts';

// `penstock audit report`: which reports there are, or one of them as the CSV file that it is.

export interface ReportOptions extends ServerOptions {
  readonly month?: string;
  readonly device?: string;
  readonly out?: string;
}

function list(options: ReportOptions): Promise<number> {
  if (options.month !== undefined || options.device !== undefined || options.out !== undefined) {
    throw new LocalFailure(
      exitCode.usage,
      '--month, --device and --out are of one report',
      'Name it, such as RSAT_001; without them all are listed.',
    );
  }
  return askServer(options, async (client) => {
    const reports = await client.reports();
    if (options.json) printJson(reports);
    else {
      const cells = reports.items.map(({ name, title, takes }) => [
        name,
        takes.map((one) => `--${one}`).join(' '),
        title,
      ]);
      printTable(['report', 'takes', 'title'], cells);
    }
    return 0;
  });
}

/** The whole list, or one report to a file or to the standard output. What it takes is checked by the server. */
export async function report(named: string | undefined, options: ReportOptions): Promise<number> {
  if (named === undefined) return list(options);
  const name = reportNameSchema.safeParse(named).data;
  if (name === undefined) {
    throw new LocalFailure(
      exitCode.usage,
      `${named} is no report`,
      'penstock audit report lists those that there are.',
    );
  }
  const { month, device, out } = options;
  if (options.json && out === undefined) {
    throw new LocalFailure(exitCode.usage, 'a report is CSV', 'Give --out FILE with --json, or leave --json out.');
  }
  const of = { ...(month === undefined ? {} : { month }), ...(device === undefined ? {} : { device }) };
  return askServer(options, async (client) => {
    const { bytes } = await client.reportFile(name, { ...userOf(options), ...of });
    const text = await buffer(bytes);
    if (out === undefined) process.stdout.write(text);
    else {
      writeWhole(out, text);
      if (options.json) printJson({ report: name, ...of, out, bytes: text.length });
      else console.log(`${out}: ${name}, ${text.length} bytes`);
    }
    return 0;
  });
}
