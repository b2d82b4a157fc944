/// An object of OpenSSL's that is freed with this one. Only for what is not changed after its creation.
final class OpenSSLObject: Sendable {
  nonisolated(unsafe) let pointer: OpaquePointer
  private let release: @Sendable (OpaquePointer) -> Void

  /// Takes ownership of `pointer`.
  init(owning pointer: OpaquePointer, release: @escaping @Sendable (OpaquePointer) -> Void) {
    self.pointer = pointer
    self.release = release
  }

  deinit {
    release(pointer)
  }
}
