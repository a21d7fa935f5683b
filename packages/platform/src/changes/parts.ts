// What the room's stores work with.
import type { Eui } from '@penstock/duis';
import type pg from 'pg';

export interface ChangeParts {
  readonly pool: pg.Pool;
  readonly now: () => Date;
  readonly operatorId: Eui;
}
export type Asked = pg.Pool | pg.PoolClient;
