import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/** For each line (a key in hex): its murmur2, and the partition of as many as the argument says, as Kafka's producer picks them. */
public final class JavaPartitions {
  public static void main(String[] args) throws Exception {
    int partitions = Integer.parseInt(args[0]);
    var lines = new BufferedReader(new InputStreamReader(System.in));
    var output = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      byte[] key = HexFormat.of().parseHex(line);
      output.append(Utils.murmur2(key)).append(' ').append(BuiltInPartitioner.partitionForKey(key, partitions)).append('\n');
    }
    System.out.print(output);
  }
}
