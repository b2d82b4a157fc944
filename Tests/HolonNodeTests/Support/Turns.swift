/// Lets a few of many tests run at a time, so that they do not take the machine from the others.
actor Turns {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameter count: how many at a time.
  init(_ count: Int) {
    free = count
  }

  func whileOn<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    await begin()
    do {
      let value = try await body()
      end()
      return value
    } catch {
      end()
      throw error
    }
  }

  private func begin() async {
    guard free == 0 else { return free -= 1 }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func end() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}
