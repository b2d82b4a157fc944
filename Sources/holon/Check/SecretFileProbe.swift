import Glibc

/// Whether a file that holds a secret can be read by others.
enum SecretFileProbe {
  static func inspect(_ path: String) -> Finding {
    let subject = "secret \(path)"
    var attributes = stat()
    guard stat(path, &attributes) == 0 else {
      return .failure(subject, String(cString: strerror(errno)), remedy: "restore the file")
    }
    // Group read is how service managers and containers hand secrets over.
    guard attributes.st_mode & 0o037 == 0 else {
      let mode = String(attributes.st_mode & 0o777, radix: 8)
      return .warning(subject, "its mode \(mode) lets others at it", remedy: "chmod 600 \(path)")
    }
    return .fine(subject, "only its owner and group can read it")
  }
}
