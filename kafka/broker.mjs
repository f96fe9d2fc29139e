import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// A Kafka of our own for the tests and for `npm run kafka`: one node, KRaft, on loopback. Types: broker.d.mts.

const here = fileURLToPath(new URL('.', import.meta.url));
const LIB = join(here, 'lib');
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

/** Why no broker can be started on this machine; undefined when one can. */
export function whyNoBroker() {
  if (!isThere('java', ['-version'])) return 'no JDK (java is not on the PATH)';
  if (!existsSync(LIB) && !isThere('mvn', ['-version'])) return 'no Maven (mvn is not on the PATH)';
  return undefined;
}

const isThere = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Fetches the jars (43 MB) if they aren't there: about 6 s, once per clone. */
export async function fetchJars() {
  if (existsSync(LIB)) return;
  // Aside and then renamed: two that fetch at once don't see each other's half.
  const aside = `${LIB}.${randomBytes(6).toString('hex')}`;
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${aside}`];
  await run('mvn', goal, { cwd: here });
  await rename(aside, LIB).catch(async (error) => {
    if (!existsSync(LIB)) throw error;
    await rm(aside, { recursive: true, force: true });
  });
}

/** Starts a broker and resolves when it answers. What is in `dataDir` already, it goes on with. */
export async function startBroker({ dataDir, port, controllerPort, properties = {}, scram = [] }) {
  await fetchJars();
  await mkdir(dataDir, { recursive: true });
  const ports = { broker: port ?? (await freePort()), controller: controllerPort ?? (await freePort()) };
  const config = join(dataDir, 'server.properties');
  await writeFile(config, serverProperties(dataDir, ports, properties));
  if (!existsSync(join(dataDir, 'log', 'meta.properties'))) await format(config, scram);
  const child = spawn('java', [...JVM, '-Xmx512m', '-cp', `${LIB}/*`, 'kafka.Kafka', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const broker = { child, ports, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (broker.output = (broker.output + chunk).slice(-20_000)));
  }
  const dismissWatchdog = watchOver(child.pid);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const kill = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
    dismissWatchdog();
  };
  try {
    await untilItAnswers(broker);
  } catch (error) {
    await kill('SIGKILL');
    throw error;
  }
  return {
    brokers: `127.0.0.1:${ports.broker}`,
    port: ports.broker,
    controllerPort: ports.controller,
    pid: child.pid,
    gone,
    kill,
    async stop() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await kill('SIGTERM');
      clearTimeout(late);
    },
  };
}

/** A short start matters more here than the last bit of speed: measured 3.0 s instead of 4.5 s until it answers. */
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-XX:-UsePerfData'];

function serverProperties(dataDir, ports, more) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(dataDir, 'log'),
    'num.partitions': '1',
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed is taken back sooner: first acknowledgement after 4.9 s instead of 13 s.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'auto.create.topics.enable': 'false',
    'log.retention.check.interval.ms': '1000',
    'log.initial.task.delay.ms': '0',
    ...more,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function format(config, scram) {
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const accounts = scram.flatMap((account) => ['--add-scram', account]);
  const tool = ['-cp', `${LIB}/*`, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config, ...accounts];
  await run('java', [...JVM, ...tool]);
}

async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
}

/** The operating system picks it; it is free again until the broker takes it a moment later. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilItAnswers({ child, ports, ...broker }) {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(ports.broker))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Kafka ended:\n${broker.output}`);
    if (performance.now() > deadline) throw new Error(`Kafka did not answer in time:\n${broker.output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** ApiVersions, version 0, without a client id: a broker answers it as soon as it serves requests at all. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(API_VERSIONS));
    const end = (isThere) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

/** Whoever started it may be killed: a shell reads from us, and when we are gone it ends the broker. */
function watchOver(pid) {
  const script = 'read word; [ "$word" = dismissed ] || kill -KILL "$1"';
  const watchdog = spawn('sh', ['-c', script, 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return () => void watchdog.stdin.end('dismissed\n');
}
