import RXON
import RXONLZ4

extension StatusReport {
  /// What compression saves at one side of the node.
  struct Compression {
    /// `uplink` or `child`.
    var side: String
    var sent: CompressionStatistics.Counts
    var received: CompressionStatistics.Counts

    init(side: String, statistics: CompressionStatistics) {
      self.side = side
      sent = statistics.sent
      received = statistics.received
    }

    private var directions: [(name: StaticString, counts: CompressionStatistics.Counts)] {
      [("sent", sent), ("received", received)]
    }

    static func write(_ compression: Compression, to writer: inout JSONWriter) {
      writer.member("side", compression.side)
      for (name, counts) in compression.directions {
        writer.object(name) { writer in
          writer.member("plain_bytes", counts.plainBytes)
          writer.member("wire_bytes", counts.wireBytes)
          writer.member("ratio", (counts.ratio * 100).rounded() / 100)
          writer.member("compressed", counts.compressed)
          writer.member("skipped", counts.skipped)
        }
      }
    }

    /// In Prometheus' text format.
    static func metrics(of sides: [Compression]) -> String {
      var text = ""
      func metric(_ name: String, _ type: String, _ value: (CompressionStatistics.Counts) -> String) {
        text += "# TYPE holon_\(name) \(type)\n"
        for side in sides {
          for (direction, counts) in side.directions {
            text += "holon_\(name){side=\"\(side.side)\",direction=\"\(direction)\"} \(value(counts))\n"
          }
        }
      }
      metric("compression_plain_bytes_total", "counter") { "\($0.plainBytes)" }
      metric("compression_wire_bytes_total", "counter") { "\($0.wireBytes)" }
      metric("compression_ratio", "gauge") { "\($0.ratio)" }
      metric("compression_compressed_total", "counter") { "\($0.compressed)" }
      metric("compression_skipped_total", "counter") { "\($0.skipped)" }
      return text
    }
  }
}
