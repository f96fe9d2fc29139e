import { fileURLToPath } from 'node:url';
import { fetchJars, startBroker, whyNoBroker } from './broker.mjs';

// `npm run kafka`: a Kafka on this machine, for development. Its data stays in `.kafka`; Ctrl-C stops it.

const PORT = 9092;
const given = process.env['KAFKA_BROKERS'];
if (given) {
  console.log(`KAFKA_BROKERS is set (${given}): that Kafka is used, and none is started.`);
  process.exit(0);
}
const reason = whyNoBroker();
if (reason !== undefined) {
  console.error(`Kafka can't be started here: ${reason}. Install a JDK (17 or later) and Maven, or set KAFKA_BROKERS.`);
  process.exit(1);
}
console.log('Getting Kafka ready …');
await fetchJars();
const started = performance.now();
const dataDir = fileURLToPath(new URL('../.kafka', import.meta.url));
const broker = await startBroker({ dataDir, port: PORT, controllerPort: PORT + 1 });
console.log(`Kafka is ready (${((performance.now() - started) / 1_000).toFixed(1)} s). Now, in another terminal:`);
console.log(`\n  KAFKA_BROKERS=${broker.brokers} npm start\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void broker.stop());
await broker.gone;
