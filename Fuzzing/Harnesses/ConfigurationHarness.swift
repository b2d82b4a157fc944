import Glibc
import HolonConfig

extension Harness {
  /// A configuration file; after a line `%%`, variables as `NAME=VALUE`, one on a line.
  static let configuration = Harness(name: "configuration") { bytes in
    let (file, environment) = parts(of: bytes)
    let temporary = try TemporaryFile(file)
    let inputs = ConfigurationInputs(file: temporary.path, environment: environment)
    try check { try inputs.load().warnings }
    try check {
      _ = try inputs.loadStatus()
      return []
    }
    try check {
      _ = try inputs.loadJournal()
      return []
    }
  }

  private static func parts(of bytes: [UInt8]) -> (file: ArraySlice<UInt8>, environment: [String: String]) {
    let separator = Array("\n%%\n".utf8)
    let found = bytes.indices.first { bytes[$0...].starts(with: separator) }
    guard let start = found else { return (bytes[...], [:]) }
    var environment: [String: String] = [:]
    for line in bytes[start...].dropFirst(separator.count).split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      environment[String(decoding: parts[0], as: UTF8.self)] =
        parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
    }
    return (bytes[..<start], environment)
  }

  private static func check(_ load: () throws -> [ConfigurationFault]) throws {
    do {
      for warning in try load() { try check(warning) }
    } catch let error as InvalidConfiguration {
      try require(!error.faults.isEmpty, "a configuration that is refused has a fault")
      for fault in error.faults { try check(fault) }
    }
  }

  private static func check(_ fault: ConfigurationFault) throws {
    let text = fault.description
    try require(
      text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f },
      "a fault is one line of plain text: \(text.debugDescription)")
  }
}

/// A file without a name, which is gone with its last use.
private final class TemporaryFile {
  private let stream: UnsafeMutablePointer<FILE>

  init(_ bytes: ArraySlice<UInt8>) throws {
    guard let stream = tmpfile() else { throw BrokenProperty(description: "no temporary file") }
    self.stream = stream
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
    guard written == bytes.count, fflush(stream) == 0 else {
      throw BrokenProperty(description: "no room for a temporary file")
    }
  }

  deinit {
    fclose(stream)
  }

  var path: String { "/proc/self/fd/\(fileno(stream))" }
}
