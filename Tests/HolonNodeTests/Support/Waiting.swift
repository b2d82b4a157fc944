import Testing

struct TookTooLong: Error, CustomStringConvertible {
  let what: String
  var description: String { "it did not come true in time: \(what)" }
}

/// Waits until `condition` holds, and ends the test when it does not in time.
func eventually(
  _ what: String, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  _ = try await found(what, within: limit, sourceLocation: sourceLocation) { try await condition() ? () : nil }
}

/// Waits for a value to be there, and ends the test when it is not in time.
func found<Value>(
  _ what: String, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
  _ value: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    if let value = try await value() { return value }
    guard ContinuousClock.now < deadline else {
      Issue.record("\(what): not in time", sourceLocation: sourceLocation)
      throw TookTooLong(what: what)
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// Looks again and again that `condition` goes on to hold.
func steadily(
  _ what: String, for period: Duration = .milliseconds(700), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + period
  while ContinuousClock.now < end {
    guard try await condition() else {
      Issue.record("\(what): it did not stay so", sourceLocation: sourceLocation)
      throw TookTooLong(what: what)
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
