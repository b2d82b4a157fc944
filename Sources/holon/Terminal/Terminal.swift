import Glibc

/// The two output streams of a command.
enum Terminal {
  /// Data that was asked for.
  static func print(_ text: String) {
    write(text + "\n", to: STDOUT_FILENO)
  }

  /// What is wrong, each line with the program's name before it.
  static func complain(_ message: String) {
    let lines = message.split(separator: "\n").map { "holon: \($0)\n" }
    write(lines.joined(), to: STDERR_FILENO)
  }

  /// What is good to know, beside the data.
  static func note(_ text: String) {
    write(text + "\n", to: STDERR_FILENO)
  }

  /// Writes all of it; gives up silently when the reader is gone.
  static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, !rest.isEmpty {
        let written = Glibc.write(descriptor, start, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          return
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      }
    }
  }
}
