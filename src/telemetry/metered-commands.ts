import { AppError } from '../errors.js';
import type { BatchResult, CommandResult, Commands } from '../events/commands/commands.js';
import type { Meter } from './meter.js';

/** The same commands; what each send is answered with is told to the meter. */
export const meteredCommands = (commands: Commands, meter: Meter): Commands => ({
  ...commands,
  sendMessage: (...call) =>
    counted(commands.sendMessage(...call), meter, (result) => meter.sendAnswered(outcomeOf(result))),
  sendMessages: (...call) =>
    counted(commands.sendMessages(...call), meter, (batch) => {
      for (const outcome of outcomesOf(batch)) meter.sendAnswered(outcome);
    }),
});

async function counted<Result>(
  answering: Promise<Result>,
  meter: Meter,
  count: (result: Result) => void,
): Promise<Result> {
  try {
    const result = await answering;
    count(result);
    return result;
  } catch (error) {
    meter.sendAnswered(error instanceof AppError ? error.code : 'INTERNAL_SERVER_ERROR');
    throw error;
  }
}

/** Of several refusals the first counts: one send is counted once. */
const outcomeOf = (result: CommandResult<unknown>): string =>
  result.ok ? 'ACCEPTED' : (result.userErrors[0]?.code ?? 'REFUSED');

/** A batch that was refused as a whole counts once. */
const outcomesOf = (batch: BatchResult): readonly string[] =>
  batch.ok ? batch.results.map(outcomeOf) : [batch.userErrors[0]?.code ?? 'REFUSED'];
