import { createApp } from './app.js';
import { runCli } from './cli/program.js';
import { lookAtLog } from './stores.js';

const { stdin, stdout, stderr } = process;
// Who reads no further (`parley tail | head`) has seen enough.
stdout.on('error', () => process.exit(0));
const terminal = { input: stdin, output: stdout, errors: stderr, process };
// Not `exitCode`: whatever may still hold the event loop after everything has stopped must not hold the process.
process.exit(await runCli(process.argv.slice(2), { createApp, lookAtLog, ...terminal }));
