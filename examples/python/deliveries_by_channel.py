"""Counts the messages that were delivered, by channel, from Parley's events topic.

It reads the topic from its beginning and prints a JSON object (channel id to count) whenever it has caught up and
something has changed; with --once it stops there.

Two promises of the topic make it exact: a repeated event has the same ce_id, and it has the same key, so that it lies in
the same partition as the first one.
"""

import argparse
import json
import signal
import sys
from collections import Counter

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

DELIVERED = b"message.delivered"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--brokers", default="localhost:9092", help="host:port each, separated by commas")
    parser.add_argument("--prefix", default="parley", help="PARLEY_TOPIC_PREFIX of the Parley to read from")
    parser.add_argument("--once", action="store_true", help="stop at the end that the topic has now")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another option of kafka-python's KafkaConsumer, e.g. security_protocol=SASL_SSL",
    )
    return parser.parse_args()


def assign_all(consumer, topic):
    """Takes every partition, without a consumer group: this program keeps no offsets, it counts from the beginning."""
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        sys.exit(f"There is no topic {topic}: is --prefix that of your Parley, and has it been started on this Kafka?")
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    return partitions


def has_reached(consumer, ends):
    return all(consumer.position(partition) >= end for partition, end in ends.items())


def count(consumer, topic, once):
    partitions = assign_all(consumer, topic)
    ends = consumer.end_offsets(partitions)
    counts = Counter()
    # About 100 bytes for each delivery. Where that is too much, keep the ids in a database, under a unique index.
    seen = set()
    printed = None
    while True:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                headers = dict(record.headers)
                if headers.get("ce_type") != DELIVERED or headers["ce_id"] in seen:
                    continue
                seen.add(headers["ce_id"])
                # Facts are enough: what the message said is not looked at.
                counts[json.loads(record.value)["channelId"]] += 1
        if not has_reached(consumer, ends):
            continue
        if counts != printed:
            printed = Counter(counts)
            print(json.dumps(counts, sort_keys=True), flush=True)
        if once:
            return
        ends = consumer.end_offsets(partitions)


def main():
    args = arguments()
    options = dict(option.split("=", 1) for option in args.set)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        consumer = KafkaConsumer(bootstrap_servers=args.brokers.split(","), enable_auto_commit=False, **options)
    except KafkaError as error:
        sys.exit(f"Kafka does not answer at {args.brokers}: {error}")
    try:
        count(consumer, f"{args.prefix}.events.v1", args.once)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
