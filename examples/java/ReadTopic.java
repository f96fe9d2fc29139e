import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints a topic of Parley from its beginning to the end that it has now: one JSON object a line, one line a record. */
public final class ReadTopic {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("Usage: ReadTopic <brokers> <topic>, e.g. localhost:9092 parley.events.v1");
      System.exit(2);
    }
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    // No group and no stored offsets: it reads everything, each time.
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "none");
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<PartitionInfo> found = consumer.partitionsFor(args[1]);
      if (found.isEmpty()) {
        System.err.println("There is no topic " + args[1] + ".");
        System.exit(1);
      }
      print(consumer, found.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList());
    }
  }

  private static void print(KafkaConsumer<String, byte[]> consumer, List<TopicPartition> partitions) throws Exception {
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        // What was written since then is for the next time.
        if (record.offset() >= ends.get(new TopicPartition(record.topic(), record.partition()))) continue;
        System.out.println(JSON.writeValueAsString(toJson(record)));
      }
    }
  }

  private static Map<String, Object> toJson(ConsumerRecord<String, byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", record.partition());
    json.put("offset", record.offset());
    json.put("key", record.key());
    json.put("headers", headers);
    // Null is a tombstone.
    json.put("value", record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8));
    return json;
  }
}
