export * from './config.js';
export * from './log.js';
export * from './read.js';
export * from './work.js';
export * from './work-limits.js';
