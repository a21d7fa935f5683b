import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

// Who may import whom: the table of packages, the floors of the platform's rooms, what packages without I/O may use,
// where GPL code may be, and no circle anywhere. Type imports count: a room that names another's types knows it.

/** What a package's own code may import of the others; its tests may import the simulator and the root's tools too, and
 *  those of the portal the platform. */
const packages: Readonly<Record<string, readonly string[]>> = {
  duis: [],
  files: [],
  api: [],
  platform: ['duis', 'files', 'api'],
  cli: ['duis', 'files', 'api', 'platform'],
  portal: ['api', 'files'],
  simulator: ['duis', 'files', 'api'],
  bench: ['duis', 'files', 'api', 'platform', 'simulator', 'cli'],
};

/** Packages that do no I/O, and the only built-in modules that they may use. */
const pure = ['duis', 'files'];
const pureBuiltins = ['node:crypto', 'node:buffer', 'node:util', 'node:url', 'node:string_decoder'];

/** GPL code: in the simulator, in tests and in the bench, never in what is Apache-2.0. */
const gpl = /^(@smartdcc\/|@penstock\/simulator$)/;
const mayUseGpl = ['simulator', 'bench'];

/** The rooms of packages/platform/src, ground floor first; files that lie beside the rooms are `main`. */
const floors: readonly (readonly string[])[] = [
  ['foundation'],
  ['messages', 'parties'],
  ['thresholds', 'delivery', 'changes', 'devices', 'forecasts', 'people'],
  ['quarantine', 'audit-trail', 'storms', 'ways', 'feeds', 'webhooks'],
  ['gateway', 'submissions', 'incidents', 'events', 'overview', 'declared-traffic', 'demonstration'],
  ['channels'],
  ['main'],
];

const platformSource = 'packages/platform/src/';

/** Sources by path from the repository's root, and what each package declares to need. */
export interface Tree {
  readonly sources: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

interface Import {
  readonly file: string;
  readonly line: number;
  /** As written; undefined when it is computed. */
  readonly specifier: string | undefined;
}

function readImports(file: string, source: string): Import[] {
  const parsed = parseSync(file, source);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const at = (offset: number) => source.slice(0, offset).split('\n').length;
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  return [
    ...staticImports.map(({ moduleRequest, start }) => ({ file, line: at(start), specifier: moduleRequest.value })),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, start }) =>
        moduleRequest ? [{ file, line: at(start), specifier: moduleRequest.value }] : [],
      ),
    ),
    ...dynamicImports.map(({ moduleRequest, start }) => {
      const literal = /^(['"`])([^$\\]*)\1$/.exec(source.slice(moduleRequest.start, moduleRequest.end));
      return { file, line: at(start), specifier: literal?.[2] };
    }),
  ];
}

/** 'packages/duis/src/read.ts' -> 'duis'; 'bench/main.ts' -> 'bench'; scripts and configs belong to none. */
function packageOf(file: string): string | undefined {
  const [first, second] = file.split('/');
  return first === 'packages' ? second : first === 'bench' ? 'bench' : undefined;
}

/** Tests, and what only they use: `testing.ts`, `testing-server.ts`, a folder `testing/`. */
function isTest(file: string): boolean {
  return /\.test\.ts$|\/testing(-[^/]*)?(\.ts$|\/)/.test(file);
}

function roomOf(file: string): string | undefined {
  if (!file.startsWith(platformSource)) return undefined;
  const path = file.slice(platformSource.length);
  return path.includes('/') ? path.split('/')[0] : 'main';
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/** '@penstock/duis/x' -> '@penstock/duis'; 'pg/lib/x' -> 'pg' */
function moduleName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function checkRooms(file: string, target: string): string | undefined {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || to === undefined || from === to) return undefined;
  const unknown = [from, to].find((room) => floorOf(room) < 0);
  if (unknown !== undefined) return `the room ${unknown} is on no floor`;
  return floorOf(from) > floorOf(to) ? undefined : `${from} may not import ${to}: imports run downwards only`;
}

function checkBuiltin(file: string, specifier: string): string | undefined {
  const its = packageOf(file);
  if (its === undefined || !pure.includes(its) || isTest(file) || pureBuiltins.includes(specifier)) return undefined;
  return `${its} does no I/O and may not import ${specifier}`;
}

function checkModule(file: string, specifier: string, tree: Tree): string | undefined {
  const its = packageOf(file);
  const name = moduleName(specifier);
  if (its === undefined) return undefined;
  if (gpl.test(name) && !mayUseGpl.includes(its) && !isTest(file))
    return `${its} may not import ${name}: it is GPL code`;
  if (/^@penstock\/[^/]+\/testing(\/|$)/.test(specifier) && !isTest(file)) return `${specifier} is for tests only`;
  const other = name.startsWith('@penstock/') ? name.slice('@penstock/'.length) : undefined;
  // the pages are tested in front of a whole platform
  const isTool = isTest(file) && (other === 'simulator' || (its === 'portal' && other === 'platform'));
  if (other === its || isTool) return undefined;
  if (other !== undefined && packages[its]?.includes(other) !== true) return `${its} may not import ${other}`;
  if (pure.includes(its) && !isTest(file)) return `${its} may not import ${name}: it needs nothing`;
  const declared = [...(tree.dependencies.get(its) ?? []), ...(isTest(file) ? (tree.dependencies.get('') ?? []) : [])];
  if (declared.includes(name)) return undefined;
  return `${name} is not in the dependencies of ${its}`;
}

function checkRelative(file: string, target: string, tree: Tree): string | undefined {
  if (!tree.sources.has(target)) return target.endsWith('.ts') ? `${target} does not exist` : undefined;
  if (isTest(target) && !isTest(file)) return `${target} is for tests only`;
  const [from, to] = [packageOf(file), packageOf(target)];
  if (from !== undefined && from !== to) return `a path out of the package ${from}: import by the package's name`;
  return checkRooms(file, target);
}

/** Files in a circle of imports, each circle once, as it runs. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const walk = (file: string, path: string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file]);
    if (start >= 0 || finished.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return circles;
}

/** Every import that breaks a rule, one line each; empty when all is well. */
export function findDependencyBreaches(tree: Tree): string[] {
  const graph = new Map<string, string[]>();
  const breaches: string[] = [];
  for (const [file, source] of tree.sources) {
    const its = packageOf(file);
    if (its !== undefined && packages[its] === undefined) breaches.push(`${file}: the package ${its} is not known`);
    const targets: string[] = [];
    graph.set(file, targets);
    for (const { line, specifier } of readImports(file, source)) {
      let breach: string | undefined;
      if (specifier === undefined) breach = 'an import whose path is computed';
      else if (specifier.startsWith('node:')) breach = checkBuiltin(file, specifier);
      else if (!specifier.startsWith('.')) breach = checkModule(file, specifier, tree);
      else {
        const target = normalize(join(dirname(file), specifier));
        targets.push(target);
        breach = checkRelative(file, target, tree);
      }
      if (breach !== undefined) breaches.push(`${file}:${line}: ${breach}`);
    }
  }
  return [...breaches, ...findCircles(graph).map((circle) => `a circle: ${circle.join(' -> ')}`)];
}

/** What a package declares and neither imports nor resolves, one line each. The root's are tools and types: left out. */
export function findUnusedDependencies({ sources, dependencies }: Tree): string[] {
  const isUsed = (its: string, name: string) =>
    [...sources].some(
      ([file, source]) => packageOf(file) === its && (source.includes(`'${name}'`) || source.includes(`'${name}/`)),
    );
  return [...dependencies]
    .filter(([its]) => its !== '')
    .flatMap(([its, names]) => names.filter((name) => !isUsed(its, name)).map((name) => `${its} does not use ${name}`));
}

/** The sources and the declared dependencies of the repository at `root`. */
export function readTree(root: string): Tree {
  const sources = new Map<string, string>();
  const dependencies = new Map<string, readonly string[]>();
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== 'dist') walk(path);
      } else if (/\.tsx?$/.test(entry.name)) {
        sources.set(relative(root, path), readFileSync(path, 'utf8'));
      } else if (entry.name === 'package.json') {
        const its = packageOf(relative(root, path)) ?? '';
        dependencies.set(its, readDependencies(path));
      }
    }
  };
  for (const folder of ['packages', 'bench', 'scripts']) walk(join(root, folder));
  dependencies.set('', readDependencies(join(root, 'package.json')));
  return { sources, dependencies };
}

function readDependencies(file: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) throw new Error(`${file} is no package.json`);
  const named = (key: string) => Object.entries(manifest).find(([name]) => name === key)?.[1];
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) =>
    Object.keys(named(key) ?? {}),
  );
}
