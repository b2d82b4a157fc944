import Foundation
import RXON
import Testing

/// The outputs of the reference implementation, from the bundle or from the folder that `HOLON_VECTORS` names.
enum VectorFile {
  static func value(_ name: String) throws -> JSONValue {
    let url = folder.appendingPathComponent("\(name).json")
    return try RawJSON(validating: [UInt8](Data(contentsOf: url))).value()
  }

  /// The cases of a file that is a list, or of its member `cases`.
  static func cases(_ name: String) throws -> [VectorCase] {
    let value = try value(name)
    let list = value.array ?? value["cases"]?.array ?? []
    return list.enumerated().map { VectorCase(file: name, number: $0.offset, value: $0.element) }
  }

  private static var folder: URL {
    if let folder = ProcessInfo.processInfo.environment["HOLON_VECTORS"], !folder.isEmpty {
      return URL(fileURLWithPath: folder, isDirectory: true)
    }
    return Bundle.module.bundleURL.appendingPathComponent("Vectors")
  }
}

struct VectorCase: Sendable, CustomTestStringConvertible {
  var file: String
  var number: Int
  var value: JSONValue

  var testDescription: String { "\(file)[\(number)]" }

  func text(_ name: String) throws -> String {
    guard let text = value[name]?.string else { throw VectorFault("\(testDescription) has no text '\(name)'") }
    return text
  }

  func strings(_ name: String) -> [String] {
    value[name]?.array?.compactMap(\.string) ?? []
  }

  func json(_ name: String) throws -> RawJSON {
    try RawJSON(validating: text(name))
  }
}

struct VectorFault: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}
