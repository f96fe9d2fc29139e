#!/usr/bin/env node
import { existsSync } from 'node:fs';

// `npm start`, `npx parley`: builds what is stale, then hands over to dist/main.js.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Parley needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(1);
}

// What is set already counts more than the file.
if (existsSync('.env')) process.loadEnvFile('.env');

const { build } = await import('./build.mjs');
try {
  // What the other verbs print is an answer, and may be read by a program.
  await build(process.argv[2] === 'start' ? console.log : console.error);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import('../dist/main.js');
