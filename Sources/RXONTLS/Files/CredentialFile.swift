import COpenSSL
import Glibc

/// A file of certificates, keys or lists, read as a whole. The bytes are wiped when it goes.
struct CredentialFile: ~Copyable {
  let path: String
  let purpose: FilePurpose
  private let bytes: UnsafeMutableRawBufferPointer

  /// - Throws: ``TLSConfigurationError`` when the file cannot be read, is too large, or is a key for everybody to read.
  init(_ path: String, for purpose: FilePurpose) throws(TLSConfigurationError) {
    let descriptor = try Self.open(path, for: purpose)
    defer { close(descriptor) }
    let status = try Self.status(of: descriptor, path: path, purpose: purpose)
    if purpose == .privateKey, status.st_mode & 0o007 != 0 {
      throw TLSConfigurationError(
        .exposedKey, file: path,
        "\(purpose.name) '\(path)': every user of this machine can use it; run 'chmod 600' on it, and have the "
          + "certificate issued anew if others may have read it")
    }
    guard status.st_size <= purpose.sizeLimit else {
      throw Self.fault(path, purpose, "it is larger than \(purpose.sizeLimit >> 20) MiB; name a PEM file")
    }
    guard let bytes = Self.contents(of: descriptor, size: Int(status.st_size)) else {
      throw Self.fault(path, purpose, "it cannot be read to its end (\(Self.reason(of: errno)))")
    }
    self.path = path
    self.purpose = purpose
    self.bytes = bytes
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }

  /// Gives `body` a reader of the contents, valid for the time of the call.
  func withReader<Outcome>(_ body: (_ bio: OpaquePointer) -> Outcome) throws(TLSConfigurationError) -> Outcome {
    OpenSSLErrors.clear()
    guard let count = Int32(exactly: bytes.count), let bio = BIO_new_mem_buf(bytes.baseAddress, count) else {
      throw TLSConfigurationError(.internal, file: path, "\(purpose.name) '\(path)': \(OpenSSLErrors.takeText())")
    }
    defer { BIO_free(bio) }
    return body(bio)
  }

  private static func fault(_ path: String, _ purpose: FilePurpose, _ reason: String) -> TLSConfigurationError {
    TLSConfigurationError(.unreadable, file: path, "\(purpose.name) '\(path)': \(reason)")
  }

  private static func open(_ path: String, for purpose: FilePurpose) throws(TLSConfigurationError) -> Int32 {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw fault(path, purpose, "this is not a path; name a PEM file")
    }
    // Without O_NONBLOCK the opening of a named pipe would wait for a writer.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw fault(path, purpose, reason(of: errno)) }
    return descriptor
  }

  private static func status(
    of descriptor: Int32, path: String, purpose: FilePurpose
  ) throws(TLSConfigurationError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw fault(path, purpose, reason(of: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw fault(path, purpose, "this is not a regular file; name a PEM file")
    }
    return status
  }

  private static func reason(of error: Int32) -> String {
    switch error {
    case ENOENT, ENOTDIR: "there is no such file; check the path, which counts from the working directory"
    case EACCES, EPERM: "this process may not read it; give its user the right to"
    default: String(cString: strerror(error))
    }
  }

  /// - Returns: nil when reading fails.
  private static func contents(of descriptor: Int32, size: Int) -> UnsafeMutableRawBufferPointer? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 1)
    var count = 0
    while count < size {
      let received = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      if received < 0, errno == EINTR { continue }
      guard received >= 0 else {
        OPENSSL_cleanse(buffer.baseAddress, count)
        buffer.deallocate()
        return nil
      }
      guard received > 0 else { break }
      count += received
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
  }
}
