import COpenSSL
import NIOCore

/// The way between OpenSSL and a connection's buffers: an I/O method that never blocks and keeps no memory of its own.
enum TransportBIO {
  /// Nil when memory is short.
  private nonisolated(unsafe) static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "holon") else { return nil }
    BIO_meth_set_read(method) { bio, bytes, count in
      guard let bio, let bytes, count > 0 else { return 0 }
      return TransportBIO.connection(of: bio)?.provide(to: bytes, count: Int(count), bio: bio) ?? -1
    }
    BIO_meth_set_write(method) { bio, bytes, count in
      guard let bio, let bytes, count > 0 else { return 0 }
      return TransportBIO.connection(of: bio)?.accept(from: bytes, count: Int(count)) ?? -1
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()

  /// A BIO that reads from and writes to `connection`, which must outlive it.
  static func make(for connection: TLSConnection) -> OpaquePointer? {
    guard let method, let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  private static func connection(of bio: OpaquePointer) -> TLSConnection? {
    BIO_get_data(bio).map { Unmanaged<TLSConnection>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension TLSConnection {
  /// Gives OpenSSL what came from the network; -1 and a retry flag when there is nothing.
  fileprivate func provide(to bytes: UnsafeMutablePointer<CChar>, count: Int, bio: OpaquePointer) -> Int32 {
    BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY)
    let available = min(count, received.readableBytes)
    guard available > 0 else {
      BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
      return -1
    }
    received.readWithUnsafeReadableBytes { source in
      UnsafeMutableRawPointer(bytes).copyMemory(
        from: source.baseAddress ?? UnsafeRawPointer(bytes), byteCount: available)
      return available
    }
    return Int32(truncatingIfNeeded: available)
  }

  fileprivate func accept(from bytes: UnsafePointer<CChar>, count: Int) -> Int32 {
    toSend.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
    return Int32(truncatingIfNeeded: count)
  }
}
