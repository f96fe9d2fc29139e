import { CONTRACT_PARTITIONS, eventLogContract, type LogUnderTest } from '../../../contracts/event-log.contract.js';
import { describeOnKafka } from '../../../support/kafka.js';
import { forgetBelow, openLogRig } from './log-rig.js';

describeOnKafka('on Kafka', () => eventLogContract('kafka', openLogUnderTest));

async function openLogUnderTest(): Promise<LogUnderTest> {
  const rig = await openLogRig(CONTRACT_PARTITIONS);
  return {
    log: rig.log,
    reopen: rig.reopen,
    cut: () => rig.proxy.cut(),
    heal: () => rig.proxy.heal(),
    forgetBelow: (topic, partition, offset) => forgetBelow(rig, topic, partition, offset),
    close: rig.close,
  };
}
