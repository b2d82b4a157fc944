import Glibc

/// Points in time as text (RFC 3339, UTC).
enum Timestamp {
  /// To the millisecond.
  static var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
    return "\(text(unixSeconds: time.tv_sec, format: "%Y-%m-%dT%H:%M:%S")).\(milliseconds)Z"
  }

  /// To the second.
  static func text(unixSeconds: Int) -> String {
    text(unixSeconds: unixSeconds, format: "%Y-%m-%dT%H:%M:%SZ")
  }

  private static func text(unixSeconds: Int, format: String) -> String {
    var seconds = time_t(unixSeconds)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let count = strftime(buffer.baseAddress, buffer.count, format, &parts)
      return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}

extension Timestamp {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Reads the form of dates that HTTP servers send (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func unixSeconds(httpDate text: String) -> Int? {
    let fields = text.split { " ,:".contains($0) }
    guard fields.count == 8, let month = months.firstIndex(where: { $0 == fields[2] }) else { return nil }
    let numbers = [1, 3, 4, 5, 6].compactMap { Int32(fields[$0]) }
    guard numbers.count == 5, (1970...9999).contains(numbers[1]) else { return nil }
    var parts = tm()
    parts.tm_mday = numbers[0]
    parts.tm_mon = Int32(month)
    parts.tm_year = numbers[1] - 1900
    parts.tm_hour = numbers[2]
    parts.tm_min = numbers[3]
    parts.tm_sec = numbers[4]
    return timegm(&parts)
  }
}
