export {
  type Database,
  type DatabaseOptions,
  databaseFailure,
  inTransaction,
  isUnavailable,
  openDatabase,
  ping,
  schemaName,
} from './database.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
export { type Migration, migrate, readMigrations } from './migrate.ts';
export { packClosedPartitions } from './packing.ts';
export {
  dropExpiredPartitions,
  ensurePartitions,
  listPartitionedTables,
  listPartitions,
  type Partition,
  requirePartitions,
} from './partitions.ts';
