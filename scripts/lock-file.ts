// npm leaves the optional packages of platforms that its registry does not serve out of package-lock.json, and `npm ci`
// then refuses the file that it wrote itself ("Missing: ... from lock file", npm/cli issue 9846). So they are entered
// with what their names say; npm never fetches them where os, cpu or libc do not match.

interface LockEntry {
  version?: string;
  cpu?: string[];
  dev?: boolean;
  libc?: string[];
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface LockFile {
  packages: Record<string, LockEntry>;
}

/** Where Node looks for a package that `from` (e.g. 'node_modules/a/node_modules/b') needs, nearest first. */
function places(from: string, name: string): string[] {
  const parts = from === '' ? [] : from.split('/node_modules/');
  const nested = parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('/node_modules/')}/`);
  return [...nested, ''].map((folder) => `${folder}node_modules/${name}`);
}

/** '@x/binding-linux-arm64-musl' -> what may run it. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = (name.split('/').at(-1) ?? '').split('-');
  const os = words.find((word) =>
    ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'].includes(word),
  );
  const cpu = words.find((word) => ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'].includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not say its platform: enter it by hand`);
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : undefined;
  return { cpu: [cpu], ...(libc === undefined ? {} : { libc }), os: [os] };
}

/** The optional packages that some package names and that the lock file lacks, as entries by their place. */
export function missingEntries(lock: LockFile): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [from, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (places(from, name).some((place) => lock.packages[place] !== undefined)) continue;
      const { cpu, libc, os } = platformOf(name);
      missing[`node_modules/${name}`] = {
        version: version.replace(/^[~^]/, ''),
        ...(cpu && { cpu }),
        ...(entry.dev && { dev: true }),
        ...(libc && { libc }),
        optional: true,
        ...(os && { os }),
      };
    }
  }
  return missing;
}

/** The lock file with them, its packages in npm's order. */
export function completeLockFile(lock: LockFile): LockFile {
  const all = Object.entries({ ...lock.packages, ...missingEntries(lock) });
  const sorted = all.sort(([one], [other]) => one.localeCompare(other, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}
