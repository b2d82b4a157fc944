import Testing

struct TookTooLong: Error, CustomStringConvertible {
  let what: String
  var description: String { "it did not come true in time: \(what)" }
}

/// Waits until `condition` holds, and ends the test when it does not in time.
func eventually(
  _ what: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("\(what): not in time", sourceLocation: sourceLocation)
      throw TookTooLong(what: what)
    }
    try await Task.sleep(for: .milliseconds(50))
  }
}
