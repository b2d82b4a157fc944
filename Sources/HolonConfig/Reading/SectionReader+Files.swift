import Glibc

/// Keys whose values are files that the node reads.
extension SectionReader {
  /// A file that must be there. Its content is checked by whoever uses it.
  func readableFile(_ name: String, absent: String = "none", _ summary: String) -> String? {
    guard let path = optional(name, .path, absent: absent, summary) else { return nil }
    if reading.checksFiles, access(path, R_OK) != 0 {
      unreadable(path, name, String(cString: strerror(errno)))
    }
    return path
  }

  /// A PEM file that only its owner and group can read, or a `pkcs11:` URI.
  func privateKey(_ name: String, _ summary: String) -> String? {
    let format = ValueFormat<String>.text(kind: "path, or pkcs11: URI")
    guard let key = optional(name, format, summary) else { return nil }
    if key.hasPrefix("pkcs11:") || !reading.checksFiles { return key }
    if access(key, R_OK) != 0 {
      unreadable(key, name, String(cString: strerror(errno)))
    } else {
      reading.secretFile(key)
      expectPrivate(key, of: path.key(name).dotted, at: place(of: name))
    }
    return key
  }

  /// A secret that everybody on the machine can read is none.
  func expectPrivate(_ file: String, of key: String, at place: ConfigurationFault.Place) {
    var attributes = stat()
    guard stat(file, &attributes) == 0, attributes.st_mode & 0o004 != 0 else { return }
    let mode = String(attributes.st_mode & 0o777, radix: 8)
    reading.fault(
      at: place, "\(key): everybody on this machine can read \(file) (mode \(mode))", remedy: "chmod o-rwx \(file)")
  }

  private func unreadable(_ file: String, _ name: String, _ reason: String) {
    reading.fault(
      at: place(of: name), "\(path.key(name).dotted): cannot read \(file): \(reason)",
      remedy: "create the file, or let the user that runs holon read it")
  }
}
