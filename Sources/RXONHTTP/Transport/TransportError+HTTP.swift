import NIOHTTP1
import RXON
import RXONWire

extension TransportError {
  private static let longestMessage = 300

  /// What an answer that is no success means (protocol §1).
  init(refusal response: HTTPClientResponse) {
    let text = Self.text(of: response)
    self.init(
      Kind(status: response.status, message: text), text, status: response.status,
      retryAfter: Self.retryAfter(response.headers))
  }

  /// The `error` of the answer, or what there is in its place.
  private static func text(of response: HTTPClientResponse) -> String {
    let json = try? RawJSON(validating: response.body)
    let text = json?["error"]?.stringValue ?? String(decoding: response.body.prefix(longestMessage), as: UTF8.self)
    return text.isEmpty ? "the answer was \(response.status)" : String(text.prefix(longestMessage))
  }

  /// Seconds, or the time until a date; by the parent's own clock, where it tells that.
  private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    guard let value = headers.first(name: "retry-after") else { return nil }
    if let seconds = Double(value) {
      return seconds >= 0 && seconds <= 1e9 ? .milliseconds(Int(seconds * 1000)) : nil
    }
    guard let date = HTTPDate.parse(value) else { return nil }
    let now = headers.first(name: "date").flatMap { HTTPDate.parse($0) } ?? WallClock.unixSeconds()
    return .seconds(max(0, date - now))
  }
}
