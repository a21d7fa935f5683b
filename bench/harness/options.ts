/** What the command line asks of a bench. */
export interface BenchOptions {
  /** A short run, for seeing that a bench works; its figures mean little. */
  readonly quick: boolean;
  /** Of kills, in `recovery`; of pairs of phases, in `isolation`. */
  readonly rounds: number | undefined;
  /** Of the record, in `audit`. */
  readonly rows: number | undefined;
  /** Where `audit` leaves what it filled, and finds it again. */
  readonly keepFolder: string | undefined;
  /** Of `audit`: ClickHouse is not installed and measured beside it. */
  readonly withoutPeer: boolean;
  /** Where CPU profiles of the platform go. */
  readonly profileFolder: string | undefined;
}
