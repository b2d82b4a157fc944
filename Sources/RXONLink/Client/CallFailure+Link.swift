import RXON

extension CallFailure {
  private static let longestMessage = 300

  /// A refusal as it came over a link.
  init(_ answer: LinkAnswer, _ body: [UInt8]) {
    let json = try? RawJSON(validating: body)
    let text = json?["error"]?.stringValue ?? String(decoding: body.prefix(Self.longestMessage), as: UTF8.self)
    self.init(
      status: Int(answer.status),
      text.isEmpty ? "the answer was \(answer.status)" : String(text.prefix(Self.longestMessage)),
      retryAfter: answer.retryAfterMilliseconds > 0
        ? .milliseconds(Int64(clamping: answer.retryAfterMilliseconds)) : nil)
  }
}
