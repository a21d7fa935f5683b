// Whether something answers on a port of ours as it should: what the platform does to see that a way can be reached.
import { connect } from 'node:net';

const WITHIN_MS = 10_000;
const MOST_BYTES = 1_024;

/** Connects and waits for the first line; rejects with what is wrong. `0.0.0.0` and `::` are tried on loopback. */
export function requireBanner(host: string, port: number, expected: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const at = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    const socket = connect({ host: at, port });
    let said = '';
    const end = (fault?: string): void => {
      socket.destroy();
      if (fault === undefined) resolve();
      else reject(new Error(`${host} port ${port}: ${fault}`));
    };
    socket.setTimeout(WITHIN_MS, () => end('it says nothing'));
    socket.on('error', (error) => end(error.message));
    socket.on('end', () => end('it ends the connection'));
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
      if (said.includes('\n') || said.length > MOST_BYTES)
        end(expected.test(said) ? undefined : 'it answers as another');
    });
  });
}
