public import Testing

/// Something did not come true in time. What waits for it records an issue, and ends its test by this.
public struct TookTooLong: Error, CustomStringConvertible {
  public let what: String
  public var description: String { "it did not come true in time: \(what)" }
}

/// Waits until `condition` holds, and ends the test when it does not in time.
public func eventually(
  _ what: String = "the condition", within limit: Duration = .seconds(30),
  sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  _ = try await found(what, within: limit, sourceLocation: sourceLocation) { try await condition() ? () : nil }
}

/// Waits for a value to be there, and ends the test when it is not in time.
public func found<Value>(
  _ what: String, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
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
public func steadily(
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

/// Runs `body`, and throws when it takes longer than `limit`.
public func within<Value: Sendable>(
  _ limit: Duration = .seconds(10), _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw TookTooLong(what: "an end within \(limit)")
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw TookTooLong(what: "an end") }
    return first
  }
}
