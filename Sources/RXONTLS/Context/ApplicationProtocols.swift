import COpenSSL

/// The protocols to agree upon one of (ALPN, RFC 7301), the preferred first.
final class ApplicationProtocols: Sendable {
  private let names: [[UInt8]]

  init(_ names: [String]) throws(TLSConfigurationError) {
    self.names = names.map { Array($0.utf8) }
    guard self.names.allSatisfy({ (1...255).contains($0.count) }), wireForm.count <= 65535 else {
      throw TLSConfigurationError(
        .invalidOptions, "an application protocol's name has 1 to 255 bytes, and all together 65,535; shorten them")
    }
  }

  private var wireForm: [UInt8] { names.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 } }

  /// The context must not outlive this.
  func install(in context: OpaquePointer, side: SSLContext.Side) {
    guard !names.isEmpty else { return }
    let wireForm = wireForm
    switch side {
    case .client:
      SSL_CTX_set_alpn_protos(context, wireForm, UInt32(wireForm.count))
    case .server:
      SSL_CTX_set_alpn_select_cb(context, selectProtocol, Unmanaged.passUnretained(self).toOpaque())
    }
  }

  /// The name as this side wrote it; nil when it is none of its.
  func name(equalTo bytes: UnsafeBufferPointer<UInt8>) -> String? {
    names.first { $0.elementsEqual(bytes) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Finds the first of ours that is in the peer's list, in wire form.
  fileprivate func select(from offer: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    for name in names {
      var rest = offer[...]
      while let length = rest.popFirst(), rest.count >= length {
        let offered = rest.prefix(Int(length))
        if offered.elementsEqual(name) { return UnsafeBufferPointer(rebasing: offered) }
        rest = rest.dropFirst(Int(length))
      }
    }
    return nil
  }
}

private func selectProtocol(
  _ connection: OpaquePointer?, _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ selectedLength: UnsafeMutablePointer<UInt8>?, _ offer: UnsafePointer<UInt8>?, _ offerLength: UInt32,
  _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let argument, let offer else { return SSL_TLSEXT_ERR_NOACK }
  let protocols = Unmanaged<ApplicationProtocols>.fromOpaque(argument).takeUnretainedValue()
  let choice = protocols.select(from: UnsafeBufferPointer(start: offer, count: Int(offerLength)))
  // Without a protocol in common the connection goes on without one.
  guard let choice else { return SSL_TLSEXT_ERR_NOACK }
  selected?.pointee = choice.baseAddress
  selectedLength?.pointee = UInt8(truncatingIfNeeded: choice.count)
  return SSL_TLSEXT_ERR_OK
}
