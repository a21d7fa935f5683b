/** How much memory the process takes while files of any size come in. */

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
/** What a gigabyte may add, whatever way it comes by; to hold it would be eight times that. */
export const MOST_GROWN = 128 * MIB;

const LOOK_EVERY_MS = 20;

/** The resident memory from now on. */
export function watchMemory(): { /** Ends the watch: the most that it grew by, in bytes. */ grown(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    grown() {
      clearInterval(timer);
      look();
      return most - before;
    },
  };
}

/** As many bytes in pieces of a megabyte, one buffer for all. */
export function* zeros(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(MIB);
  for (let sent = 0; sent < bytes; sent += MIB) yield piece;
}
