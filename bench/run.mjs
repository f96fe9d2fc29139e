// `npm run bench`: builds what is stale, then measures the build. Arguments: bench/arguments.ts. Figures that count
// need an otherwise idle machine. A profile of each measured process:
// `node --cpu-prof --cpu-prof-dir=/tmp/profiles bench/run.mjs --only append-64`.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { build } from '../bin/build.mjs';
import { startBroker, whyNoBroker } from '../kafka/broker.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const built = fileURLToPath(new URL('../dist/bench', import.meta.url));

/** Node 20 runs no TypeScript, and `npm run types` checks it: here it is enough to take the types out. */
async function transpile() {
  const entries = await readdir(here, { withFileTypes: true, recursive: true });
  for (const entry of entries.filter(({ name }) => name.endsWith('.ts'))) {
    const source = join(entry.parentPath, entry.name);
    const target = join(built, relative(here, source).replace(/\.ts$/, '.js'));
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), { compilerOptions });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
}

/** An existing one where `KAFKA_BROKERS` names it, else one of our own. */
async function provideKafka() {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return { brokers: given, stop: async () => {} };
  const reason = whyNoBroker();
  if (reason !== undefined)
    throw new Error(`Kafka can't be started here: ${reason}. Install a JDK and Maven, or set KAFKA_BROKERS.`);
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const broker = await startBroker({ dataDir });
  const stop = async () => {
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { brokers: broker.brokers, stop };
}

try {
  // What is measured is all there is on stdout.
  await build(console.error);
  await transpile();
  const { main } = await import('../dist/bench/main.js');
  process.exitCode = await main(process.argv.slice(2), provideKafka);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
