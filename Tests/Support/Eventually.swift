public import Testing

/// Waits until `condition` holds, and fails the test when it does not in time.
public func eventually(
  within limit: Duration = .seconds(10), _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async rethrows {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record(what ?? "the condition did not come true in time", sourceLocation: sourceLocation)
      return
    }
    try? await Task.sleep(for: .milliseconds(2))
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
      throw TookTooLong(limit: limit)
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw TookTooLong(limit: limit) }
    return first
  }
}

public struct TookTooLong: Error {
  public let limit: Duration
}
