import { join } from 'node:path';
import { formatRequestId } from '@penstock/duis';
import { counterBase, prepareTraffic, signersOf } from '@penstock/simulator';
import { openWorld, type WorldTask } from '../harness/world.ts';
import { httpPost, MessageFileWriter } from './message-file.ts';

/**
 * Makes and signs messages beforehand, as a process of its own: about half a millisecond of CPU each, which must not
 * fall into what is measured. The one argument is a SignTask as JSON.
 */

export interface SignTask {
  readonly world: WorldTask;
  /** Of several processes, each a number of its own, from 0: no two make the same RequestID. */
  readonly share: number;
  readonly shares: number;
  /** Messages to make, and in files of how many. */
  readonly count: number;
  readonly perFile: number;
  /** Where the files go, named <share>-<number>. */
  readonly folder: string;
}

/** The mix: a fifth of signed pre-commands. */
const SIGNED_PRE_COMMAND_SHARE = 0.2;
/** Counters a share may use of one pair of User and device. */
const COUNTERS_A_SHARE = 1n << 32n;

async function sign(task: SignTask): Promise<void> {
  const world = await openWorld(task.world);
  const traffic = prepareTraffic({
    seed: `${task.world.seed} ${task.share}`,
    count: task.count,
    signedPreCommandShare: SIGNED_PRE_COMMAND_SHARE,
    users: world.users,
    network: world.network,
    signers: signersOf(
      world.pki,
      world.users.map(({ userId }) => userId),
    ),
    asOf: new Date(task.world.now),
    counterBase: counterBase(new Date(task.world.now)) + BigInt(task.share) * COUNTERS_A_SHARE,
  });
  let made = 0;
  let writer: MessageFileWriter | undefined;
  for (const { requestId, service, bytes } of traffic) {
    if (made % task.perFile === 0) {
      await writer?.close();
      writer = new MessageFileWriter(join(task.folder, `${task.share}-${made / task.perFile}`));
    }
    await writer?.write({
      id: formatRequestId(requestId),
      request: httpPost(`/duis/${service}`, 'application/xml', bytes),
    });
    made++;
  }
  await writer?.close();
}

if (import.meta.main) await sign(JSON.parse(process.argv[2] ?? ''));
