import { expect, it } from 'vitest';
import { createSickLanes } from '../../../../src/events/log/kafka/sick-lanes.js';

it('tries a suspect at once, one that failed alone after half a second, and forgets one that nobody writes to', () => {
  const sick = createSickLanes();
  sick.suspect(1, 0);
  sick.suspect(2, 0);
  expect([sick.isHopeless(1, 0), sick.isHopeless(2, 0)]).toEqual([false, false]);
  sick.recovered(1);
  sick.failed(2, 10);
  expect([sick.has(1), sick.has(2)]).toEqual([false, true]);
  expect([sick.isHopeless(2, 509), sick.isHopeless(2, 510)]).toEqual([true, false]);
  expect([sick.isEmpty(30_010), sick.isEmpty(30_011)]).toEqual([false, true]);
});
