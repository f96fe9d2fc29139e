// Builds what is older than its sources: the server (dist/) by tsc, GraphiQL (dist/graphiql/) by Vite. Run directly, or
// by bin/parley.mjs before each start. Sources are compared by content: a clone, a checkout and a copy have new times.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each with its sources, the stamp that says what it was built from, and the script that builds it. */
const TARGETS = [
  {
    name: 'Server',
    sources: ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    stamp: 'dist/.built-server',
    tool: 'node_modules/typescript/bin/tsc',
    // Whether the types fit is asked once, by `npm run types`: 6 s of CPU instead of about 20, for who starts a clone too.
    args: ['-p', 'tsconfig.build.json', '--noCheck', '--pretty', 'false'],
    prepare: removeOrphans,
  },
  {
    name: 'GraphiQL',
    sources: ['web/graphiql', 'package-lock.json'],
    stamp: 'dist/graphiql/.built',
    tool: 'node_modules/vite/bin/vite.js',
    args: ['build', 'web/graphiql', '--logLevel', 'warn'],
    prepare: async () => {},
  },
];

/** Builds what is stale, and says so in one line per target. Throws with the tools' output when one fails. */
export async function build(say = console.log) {
  const stale = await Promise.all(TARGETS.map(staleFingerprintOf));
  if (stale.every((fingerprint) => fingerprint === undefined)) return;
  await alone(() => buildStale(say));
}

async function buildStale(say) {
  // Looked at once more: another process may have built it while this one waited.
  const results = await Promise.allSettled(TARGETS.map((target) => buildIfStale(target, say)));
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : []));
  if (reasons.length > 0) throw new Error([...new Set(reasons)].join('\n'));
}

const LOCK = join(root, 'dist/.building');
const LOOK_EVERY_MS = 100;
const OTHERS_BUILD_WITHIN_MS = 300_000;

/** Several processes may be started at once from one clone: none may load what another one is just writing. */
async function alone(work) {
  await mkdir(join(root, 'dist'), { recursive: true });
  const deadline = performance.now() + OTHERS_BUILD_WITHIN_MS;
  while (!(await takeLock())) {
    if (performance.now() > deadline)
      throw new Error(`Another process builds for minutes. If none does, remove ${LOCK}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  try {
    await work();
  } finally {
    await rm(LOCK, { force: true });
  }
}

/** The file holds the process id of who builds; one that died took nothing with it. */
async function takeLock() {
  try {
    await writeFile(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const builder = Number(await readFile(LOCK, 'utf8').catch(() => ''));
  if (builder > 0 && !isAlive(builder)) await rm(LOCK, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** What the target would be built from; undefined where it is up to date, or came without its sources. */
async function staleFingerprintOf(target) {
  // A package without its sources was built before it was packed.
  if (!existsSync(join(root, target.sources[0]))) return undefined;
  const fingerprint = await fingerprintOf(target.sources);
  const built = await readFile(join(root, target.stamp), 'utf8').catch(() => '');
  return built === fingerprint ? undefined : fingerprint;
}

async function buildIfStale(target, say) {
  const fingerprint = await staleFingerprintOf(target);
  if (fingerprint === undefined) return;
  const stamp = join(root, target.stamp);
  if (!existsSync(join(root, target.tool))) throw new Error('Dependencies are missing. Run: npm ci');
  const startedAt = performance.now();
  await target.prepare();
  await run(target);
  await mkdir(join(stamp, '..'), { recursive: true });
  await writeFile(stamp, fingerprint);
  say(`${target.name} built (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

async function fingerprintOf(sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesUnder(join(root, source))) {
      hash.update(`${relative(root, file)}\n`).update(
        createHash('sha256')
          .update(await readFile(file))
          .digest(),
      );
    }
  }
  return hash.digest('hex');
}

async function filesUnder(path) {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Removes what was compiled from sources that are gone: tsc never does, and an import of it would still resolve. */
async function removeOrphans() {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) return;
  for (const file of await filesUnder(dist)) {
    const name = relative(dist, file);
    if (name.startsWith('graphiql') || !/\.js(\.map)?$/.test(name)) continue;
    if (!existsSync(join(root, 'src', name.replace(/\.js(\.map)?$/, '.ts')))) await rm(file);
  }
}

function run({ name, tool, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, tool), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} could not be built:\n${output}`));
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
