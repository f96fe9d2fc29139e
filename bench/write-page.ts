import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pageOf } from './page.js';
import { jsonOf, type Report } from './report.js';

/** From `dist/bench`, where this is run. */
const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The figures, and the page that is made of them: a test compares the two. */
export async function writePage(report: Report): Promise<void> {
  await writeFile(`${DOCS}performance.json`, jsonOf(report));
  await writeFile(`${DOCS}performance.md`, pageOf(report));
}
