import { createWriteStream, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type ExportDocument, type ExportFormat, type PenstockClient } from '@penstock/api';
import { exitCode, LocalFailure } from '../local-failure.ts';
import { printJson } from '../local-files.ts';
import { askServer, type ServerOptions, userOf } from '../server.ts';
import { writeWhole } from '../sign-file.ts';
import { type Conditions, questionOf, titleQuestionOf } from './audit-rows.ts';

// `penstock audit export`: what came so far stands in FILE.part, and which export it is in FILE.part.json; so the same
// command given again goes on where it broke off, at the server and here.

export interface ExportOptions extends ServerOptions, Conditions {
  readonly out: string;
  readonly titles?: boolean;
  readonly format: ExportFormat;
}

const LOOK_MS = 1_000;
const MOST_TRIES = 5;

interface Begun {
  readonly export: string;
  readonly userId: string;
  /** What was asked: another question is another file. */
  readonly asked: string;
}

function readBegun(path: string, asked: string): Begun | undefined {
  if (!existsSync(path)) return undefined;
  const begun = JSON.parse(readFileSync(path, 'utf8')) as Begun;
  if (begun.asked === asked) return begun;
  throw new LocalFailure(
    exitCode.usage,
    `${path} is of another question`,
    `Ask the same again, name another --out, or remove ${path} and the file beside it.`,
  );
}

const tell = (text: string): void => {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[K${text}`);
};

async function untilMade(client: PenstockClient, { export: name, userId }: Begun): Promise<ExportDocument> {
  for (;;) {
    const found = await client.export(name, { userId });
    const { of, state, rows, days, failure } = found;
    if (state === 'done') return found;
    if (state !== 'waiting' && state !== 'running') {
      throw new LocalFailure(
        exitCode.refused,
        failure === undefined ? `the export is ${state} by somebody` : failure.title,
        failure?.action ?? 'Ask for it anew.',
      );
    }
    tell(`${rows.toLocaleString('en-GB')} ${of}, ${days.done} of ${days.all} days`);
    await pause(LOOK_MS);
  }
}

async function fetchRest(client: PenstockClient, { export: name, userId, bytes: size }: ExportDocument, part: string) {
  const from = existsSync(part) ? statSync(part).size : 0;
  if (from >= size) return;
  const { bytes, isPart } = await client.exportFile(name, { userId, from });
  let at = isPart ? from : 0;
  async function* told(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      at += chunk.length;
      tell(`${(at / 1e6).toFixed(1)} of ${(size / 1e6).toFixed(1)} MB`);
      yield chunk;
    }
  }
  await pipeline(told(), createWriteStream(part, { flags: isPart ? 'a' : 'w' }));
}

/** What breaks off is gone on with; what the server refuses is not asked again. */
async function fetchAll(client: PenstockClient, made: ExportDocument, part: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await fetchRest(client, made, part);
      return;
    } catch (error) {
      if (error instanceof ApiError || tries === MOST_TRIES) throw error;
      await pause(LOOK_MS * tries);
    }
  }
}

export async function exportRecord(options: ExportOptions): Promise<number> {
  const { out, format } = options;
  const [part, note] = [`${out}.part`, `${out}.part.json`];
  const as = { ...userOf(options), format };
  const ofTitles = options.titles === true ? titleQuestionOf(options) : undefined;
  const question = ofTitles === undefined ? { ...questionOf(options), ...as } : { ...ofTitles.query, ...as };
  const asked = JSON.stringify(
    ofTitles === undefined ? question : { titles: true, device: ofTitles.device, ...question },
  );
  let begun = readBegun(note, asked);
  return askServer(options, async (client) => {
    if (begun === undefined) {
      rmSync(part, { force: true });
      const { export: name, userId } = await (ofTitles === undefined
        ? client.postExport({ ...questionOf(options), ...as })
        : client.postTitleExport(ofTitles.device, { ...ofTitles.query, ...as }));
      begun = { export: name, userId, asked };
      writeWhole(note, Buffer.from(JSON.stringify(begun)));
    }
    const made = await untilMade(client, begun).catch((error: unknown) => {
      // it is there no more, or will never be: the same command then asks anew
      if (error instanceof LocalFailure || (error instanceof ApiError && error.status === 404))
        rmSync(note, { force: true });
      throw error;
    });
    await fetchAll(client, made, part);
    tell('');
    const size = made.bytes === 0 ? 0 : statSync(part).size;
    if (size !== made.bytes) {
      throw new LocalFailure(
        exitCode.faults,
        `${part} has ${size} bytes, not ${made.bytes}`,
        'Remove it and ask again.',
      );
    }
    if (made.bytes === 0) writeWhole(out, Buffer.alloc(0));
    else renameSync(part, out);
    rmSync(note);
    if (options.json) printJson({ ...made, out });
    else console.log(`${out}: ${made.rows} ${made.of}, ${made.bytes} bytes`);
    return 0;
  });
}
