import Glibc

/// Takes secrets off the command line that everybody on the machine sees with `ps`.
///
/// They are to be seen from the start of the process until ``hide()``, and in the shell's history; so `file:` is better.
enum CommandLineSecrets {
  /// What is followed by a secret, as the next argument or behind `=`.
  private static let flags: Set<Substring> = ["--child-token", "--uplink-token", "--task-secret", "--token"]
  /// What a join string begins with, which holds a token.
  private static let joinPrefix = "holon-join:"

  /// Overwrites the secrets in the memory that the kernel shows. The arguments that the program reads are a copy.
  static func hide() {
    // Reading them makes the copy.
    let arguments = CommandLine.arguments
    guard let memory = shownMemory else { return }
    var offset = 0
    var previous: Substring = ""
    for argument in arguments {
      let length = argument.utf8.count
      guard offset + length <= memory.count else { return }
      if let secret = secret(in: argument[...], after: previous) {
        let start = offset + argument.utf8.distance(from: argument.startIndex, to: secret.startIndex)
        for place in start..<(offset + length) { memory[place] = UInt8(ascii: "*") }
      }
      offset += length + 1
      previous = argument[...]
    }
  }

  private static func secret(in argument: Substring, after previous: Substring) -> Substring? {
    let value: Substring
    if argument.hasPrefix(joinPrefix) {
      return argument.dropFirst(joinPrefix.count)
    } else if flags.contains(previous) {
      value = argument
    } else if let equals = argument.firstIndex(of: "="), flags.contains(argument[..<equals]) {
      value = argument[equals...].dropFirst()
    } else {
      return nil
    }
    return value.hasPrefix("file:") ? nil : value
  }

  /// Where the kernel reads `/proc/PID/cmdline` from: `arg_start` and `arg_end` of proc(5). Nil where it does not say,
  /// or where that is not what the program was started with.
  private static var shownMemory: UnsafeMutableBufferPointer<UInt8>? {
    guard let text = readStat(), let name = text.lastIndex(of: ")") else { return nil }
    // The fields behind the name; the first of them is the third of all.
    let fields = text[name...].dropFirst().split(separator: " ")
    guard fields.count > 46, let start = UInt(fields[45]), let end = UInt(fields[46]), start < end else { return nil }
    let expected = CommandLine.arguments.reduce(0) { $0 + $1.utf8.count + 1 }
    guard end - start == expected, let base = UnsafeMutablePointer<UInt8>(bitPattern: start) else { return nil }
    return UnsafeMutableBufferPointer(start: base, count: expected)
  }

  private static func readStat() -> String? {
    let descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
