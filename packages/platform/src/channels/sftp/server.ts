// The SFTP server: who may come in, and how many. A User signs in with its User ID as the name, by a registered key.
//
// It has no shell, no password, no forwarding, and one subsystem. ssh2 is its wire; what is said over it is session.ts.
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Eui, parseEui } from '@penstock/duis';
import type pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';
import ssh2, { type AuthContext, type Connection, type PublicKeyAuthContext, type Session } from 'ssh2';
import type { Log } from '../../foundation/log.ts';
import { fingerprintText } from '../../parties/ssh-keys.ts';
import { isGoodSshKey, keepSshKeyUse } from '../../parties/ssh-keys-store.ts';
import { findStanding } from '../../ways/ways-store.ts';
import type { HostKey } from './host-key.ts';
import { MemoryShares } from './memory-shares.ts';
import type { PairTaker } from './pair-taker.ts';
import { SftpSession } from './session.ts';
import { Tree, type TreeParts } from './tree.ts';

const MOST_CONNECTIONS = 256;
const MOST_CONNECTIONS_OF_USER = 8;
/** Of one address that have not signed in yet: nobody takes the places of all. */
const MOST_STRANGERS_OF_ADDRESS = 16;
const MOST_TRIES = 10;
/** From the connection to the end of the sign-in. */
const SIGN_IN_MS = 20_000;
const IDLE_MS = 15 * 60_000;

// what OpenSSH of the last ten years has, without SHA-1, CBC and the NIST curves for key exchange
const algorithms: ssh2.Algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp384', 'diffie-hellman-group16-sha512'],
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr', 'aes128-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

export interface SftpServerParts extends TreeParts {
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly registry: Registry;
  readonly hostKey: HostKey;
  readonly taker: PairTaker;
  /** That all files of a folder `incoming` may have. */
  readonly mostBytes: number;
}

interface SignedIn {
  readonly userId: Eui;
  readonly fingerprint: Buffer;
  /** Undefined: open. */
  readonly closed: string | undefined;
}

export class SftpServer {
  readonly #parts: SftpServerParts;
  readonly #server: Server;
  /** By the client's address and port; whose each is, once it has signed in. */
  readonly #connections = new Map<string, { readonly socket: Socket; userId?: Eui }>();
  readonly #sessions = new Set<SftpSession>();
  readonly #memory = new MemoryShares();
  readonly #signIns: Counter<'outcome'>;

  constructor(parts: SftpServerParts) {
    this.#parts = parts;
    this.#signIns = new Counter({
      name: 'penstock_sftp_sign_ins_total',
      help: 'Connections to the SFTP server that ended their sign-in, by outcome',
      labelNames: ['outcome'],
      registers: [parts.registry],
    });
    const connections = this.#connections;
    new Gauge({
      name: 'penstock_sftp_connections',
      help: 'Connections to the SFTP server',
      registers: [parts.registry],
      collect() {
        this.set(connections.size);
      },
    });
    const memory = this.#memory;
    new Gauge({
      name: 'penstock_sftp_held_bytes',
      help: 'Bytes of SFTP sessions in memory: sent and not stored, asked for and not taken',
      registers: [parts.registry],
      collect() {
        this.set(memory.total);
      },
    });
    const options = {
      hostKeys: [parts.hostKey.pem],
      ident: 'penstock',
      keepaliveInterval: 30_000,
      keepaliveCountMax: 4,
      algorithms,
    };
    const ssh = new ssh2.Server(options, (connection, { ip, port }) => {
      // first of all: an error that nobody hears ends the process
      connection.on('error', (err: Error) => parts.log.debug({ err, ip }, 'an SFTP connection failed'));
      const socket = connections.get(`${ip} ${port}`)?.socket;
      if (socket === undefined) connection.end();
      else this.#serve(connection, socket);
    });
    // the sockets are ours, so that one that says nothing can be ended
    // an answer is sent at once: held back until the one before it was acknowledged, each took 40 ms
    this.#server = createServer({ noDelay: true }, (socket) => this.#welcome(ssh, socket));
    this.#server.on('error', (err) => parts.log.warn({ err }, 'the SFTP server could not take a connection'));
  }

  #welcome(ssh: ssh2.Server, socket: Socket): void {
    // whoever breaks off, or speaks another protocol, is no fault of ours
    socket.on('error', (err) => this.#parts.log.debug({ err }, 'a connection to the SFTP server failed'));
    const name = nameOf(socket);
    const isFull = this.#connections.size >= MOST_CONNECTIONS || this.#strangersAt(socket) >= MOST_STRANGERS_OF_ADDRESS;
    if (isFull || this.#connections.has(name)) {
      socket.destroy();
      return;
    }
    this.#connections.set(name, { socket });
    const timer = setTimeout(() => socket.destroy(), SIGN_IN_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#connections.delete(name);
    });
    socket.once('signed-in', () => clearTimeout(timer));
    ssh.injectSocket(socket);
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Ends every connection; what was being written can be resumed. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await Promise.all([...this.#sessions].map((session) => session.close()));
    for (const { socket } of this.#connections.values()) socket.destroy();
    await closed;
  }

  #serve(connection: Connection, socket: Socket): void {
    const { log } = this.#parts;
    let tries = 0;
    let who: SignedIn | undefined;
    connection.on('authentication', (context) => {
      tries += 1;
      if (tries > MOST_TRIES) {
        socket.destroy();
        return;
      }
      this.#authenticate(context).then(
        (found) => {
          who = found;
          if (found === undefined) context.reject(['publickey']);
          else context.accept();
        },
        (err: unknown) => {
          log.warn({ err }, 'a sign-in over SFTP could not be judged');
          context.reject();
        },
      );
    });
    connection.on('ready', () => {
      const known = this.#connections.get(nameOf(socket));
      if (who === undefined || known === undefined || this.#countOf(who.userId) >= MOST_CONNECTIONS_OF_USER) {
        this.#signIns.inc({ outcome: 'too_many' });
        connection.end();
        return;
      }
      known.userId = who.userId;
      socket.emit('signed-in');
      this.#signIns.inc({ outcome: who.closed === undefined ? 'signed_in' : 'closed' });
      const key = fingerprintText(who.fingerprint);
      log.info({ userId: who.userId, key, ip: socket.remoteAddress }, 'a User signed in by SFTP');
      keepSshKeyUse(this.#parts.pool, who.userId, who.fingerprint, this.#parts.clock.now()).catch((err: unknown) =>
        log.warn({ err, userId: who?.userId }, 'the use of an SSH key was not kept'),
      );
      this.#takeSessions(connection, socket, who);
    });
  }

  /** Connections of the same address that have not signed in. */
  #strangersAt({ remoteAddress }: Socket): number {
    const connections = [...this.#connections.values()];
    return connections.filter((one) => one.userId === undefined && one.socket.remoteAddress === remoteAddress).length;
  }

  #countOf(userId: Eui): number {
    return [...this.#connections.values()].filter((one) => one.userId === userId).length;
  }

  /**
   * Who it is; undefined for nobody. A key is asked for first without a signature, which the library answers without
   * signing anybody in, then with one.
   */
  async #authenticate(context: AuthContext): Promise<SignedIn | undefined> {
    if (context.method !== 'publickey') return undefined;
    const userId = parseEui(context.username);
    const fingerprint = createHash('sha256').update(context.key.data).digest();
    const isGood = userId !== undefined && (await isGoodSshKey(this.#parts.pool, userId, fingerprint));
    if (isGood && proves(context)) return { userId, fingerprint, closed: await this.#closed() };
    if (context.signature !== undefined) this.#signIns.inc({ outcome: 'refused' });
    return undefined;
  }

  /** Why nothing is taken in by SFTP now; undefined: it is. */
  async #closed(): Promise<string | undefined> {
    const { isOpen, sentence } = await findStanding(this.#parts.pool, 'sftp', this.#parts.clock.now());
    return isOpen ? undefined : sentence;
  }

  #takeSessions(connection: Connection, socket: Socket, { userId, fingerprint, closed }: SignedIn): void {
    const { pool, log, taker, mostBytes } = this.#parts;
    // not the socket's own time: the answers to our keep-alive would move it
    const idle = setTimeout(() => socket.destroy(), IDLE_MS);
    socket.once('close', () => clearTimeout(idle));
    let isOpen = false;
    connection.on('session', (accept, reject) => {
      // one is enough for every client; another connection may be made
      if (isOpen) return reject();
      isOpen = true;
      const channel = accept();
      if (closed !== undefined) return turnAway(channel, closed);
      channel.on('close', () => {
        isOpen = false;
      });
      channel.once('sftp', (acceptSftp) => {
        const wire = acceptSftp();
        const session = new SftpSession(
          {
            pool,
            log,
            userId,
            tree: new Tree(this.#parts, userId),
            mostBytes,
            isGood: () => isGoodSshKey(pool, userId, fingerprint),
            closed: () => this.#closed(),
            onWhole: () => void taker.take(userId),
            onRequest: () => idle.refresh(),
            unsentBytes: () => socket.writableLength,
            by: `SSH key ${fingerprintText(fingerprint)}`,
            hold: this.#memory.open(userId),
            end: () => socket.destroy(),
          },
          wire,
        );
        this.#sessions.add(session);
        wire.once('close', () => {
          isOpen = false;
          const closed = session.close().finally(() => this.#sessions.delete(session));
          closed.catch((err: unknown) => log.warn({ err, userId }, 'an SFTP session did not end in order'));
        });
        // OpenSSH ends the channel and waits for ours to end
        wire.once('end', () => wire.end());
      });
    });
  }
}

/** Says why, where clients show it to people, and ends the session. */
function turnAway(session: Session, why: string): void {
  session.once('subsystem', (accept) => {
    const channel = accept();
    channel.stderr.write(`${why}\r\n`);
    channel.exit(1);
    channel.end();
  });
}

/** Whether the call shows that the client has the private key; one that only asks shows nothing and needs not. */
function proves({ key, signature, blob, hashAlgo }: PublicKeyAuthContext): boolean {
  if (signature === undefined) return true;
  if (blob === undefined) return false;
  // signatures of RSA keys with SHA-1 are none
  if (key.algo === 'ssh-rsa' && hashAlgo !== 'sha256' && hashAlgo !== 'sha512') return false;
  const read = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  const parsed = Array.isArray(read) ? read[0] : read;
  return parsed !== undefined && !(parsed instanceof Error) && parsed.verify(blob, signature, hashAlgo) === true;
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
