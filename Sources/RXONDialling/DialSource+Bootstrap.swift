import NIOCore
import NIOPosix
import RXON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ClientBootstrap {
  /// Has connections leave this machine by `source`.
  /// - Throws: ``DialSourceError`` where it cannot be such a thing.
  func leaving(by source: DialSource?) throws(DialSourceError) -> ClientBootstrap {
    guard case .address(let text) = source else { return self }
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { throw .noAddress(text) }
    return bind(to: address)
  }
}

extension Channel {
  /// Ties a channel that is not connected yet to a network interface.
  func tie(to source: DialSource?) -> EventLoopFuture<Void> {
    guard case .interface(let name) = source else { return eventLoop.makeSucceededVoidFuture() }
    guard let value = InterfaceName(name), let provider = self as? any SocketOptionProvider else {
      return eventLoop.makeFailedFuture(DialSourceError.noInterface(name))
    }
    return provider.tie(to: value).flatMapErrorThrowing { error in
      guard let error = error as? IOError else { throw error }
      switch error.errnoCode {
      case ENODEV: throw DialSourceError.noInterface(name)
      case EPERM: throw DialSourceError.forbidden(name)
      default: throw error
      }
    }
  }
}

extension SocketOptionProvider {
  fileprivate func tie(to interface: InterfaceName) -> EventLoopFuture<Void> {
    #if os(Linux) || os(Android)
      unsafeSetSocketOption(
        level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE), value: interface.bytes)
    #else
      eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    #endif
  }
}

/// As the kernel takes it: `IFNAMSIZ` bytes, ended by zeros.
private struct InterfaceName {
  typealias Bytes = (UInt64, UInt64)

  let bytes: Bytes

  init?(_ name: String) {
    guard (1...15).contains(name.utf8.count) else { return nil }
    var bytes: Bytes = (0, 0)
    withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: name.utf8) }
    self.bytes = bytes
  }
}

/// Why connections cannot leave by where they should, for a person.
package enum DialSourceError: Error, Sendable, Equatable {
  case noAddress(String)
  case noInterface(String)
  case forbidden(String)

  package var message: String {
    switch self {
    case .noAddress(let text): "'\(text)' is no IP address to dial from"
    case .noInterface(let name): "there is no network interface \(name)"
    case .forbidden(let name): "this user may not choose the network interface \(name)"
    }
  }
}
