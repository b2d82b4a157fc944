/// A property that must hold for every input.
public struct Harness: Sendable {
  /// Names the folders of its corpus and its crashers.
  public let name: String
  /// Throws a ``BrokenProperty``; what traps or does not come back is as wrong.
  public let run: @Sendable ([UInt8]) throws -> Void

  public static let all = [json, listener, client, webSocket, link, proxy, lz4, configuration, text, tls]

  public static func named(_ name: String) -> Harness? {
    all.first { $0.name == name }
  }
}

/// What did not hold.
public struct BrokenProperty: Error, CustomStringConvertible {
  public let description: String
}

/// - Throws: ``BrokenProperty`` when `condition` does not hold.
func require(_ condition: @autoclosure () throws -> Bool, _ property: @autoclosure () -> String) throws {
  guard try condition() else { throw BrokenProperty(description: property()) }
}

/// - Throws: ``BrokenProperty`` when `body` throws.
func requireSuccess<Success>(_ property: String, _ body: () throws -> Success) throws -> Success {
  do {
    return try body()
  } catch {
    throw BrokenProperty(description: "\(property): \(error)")
  }
}
