import HolonConfig

/// Why a command ends without having done what was asked.
struct CommandFailure: Error {
  enum Code: Int32 {
    case failed = 1
    /// Wrong usage or a wrong configuration (`EX_USAGE` of sysexits.h).
    case usage = 64
  }

  var code: Code
  /// For standard error; a line for each thing that is wrong.
  var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ invalid: InvalidConfiguration) {
    self.init(.usage, invalid.description)
  }
}
