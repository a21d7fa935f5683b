/** For tests: a pool whose process dies before one of its questions, as the database sees it. */
import type pg from 'pg';

/** What everything that a dead process still does ends with. */
export class Died extends Error {
  /** As the driver says that a connection is gone. */
  readonly code = 'ECONNRESET';
}

export interface MortalPool {
  readonly pool: pg.Pool;
  /** Questions that were asked. */
  readonly asked: () => number;
}

/** Before the question of this number, counted from 1, every connection breaks, and no further question is asked. */
export function mortalPool(real: pg.Pool, diesBefore: number): MortalPool {
  let asked = 0;
  const open = new Set<pg.PoolClient>();
  const isDead = () => asked >= diesBefore;

  function ask(): void {
    if (!isDead()) asked++;
    if (!isDead()) return;
    for (const client of open) {
      const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
      connection.stream.destroy();
    }
    throw new Died('Connection terminated');
  }

  function wrap(client: pg.PoolClient): pg.PoolClient {
    open.add(client);
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') {
          return async (...args: unknown[]) => {
            ask();
            return (target.query as (...all: unknown[]) => Promise<unknown>)(...args);
          };
        }
        if (name === 'release') {
          return (error?: boolean | Error) => {
            open.delete(client);
            target.release(isDead() ? true : error);
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  const connect = async () => {
    if (isDead()) throw new Died('Connection terminated');
    const client = await real.connect();
    // the driver tells of a connection that broke
    client.on('error', () => undefined);
    return wrap(client);
  };
  const pool = new Proxy(real, {
    get(target, name) {
      if (name === 'connect') return connect;
      if (name === 'query') {
        return async (...args: unknown[]) => {
          const client = await connect();
          try {
            return await (client.query as unknown as (...all: unknown[]) => Promise<unknown>)(...args);
          } finally {
            client.release();
          }
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { pool, asked: () => asked };
}
