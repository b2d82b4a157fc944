import NIOCore
import NIOPosix
import RXON
import RXONTLS

extension TransportError {
  /// Why no connection came about.
  package init(dialling endpoint: Endpoint, by route: DialRoute = DialRoute(), _ error: any Error) {
    let way = route.proxy.map { " through \($0)" } ?? ""
    self.init(.unreachable, "cannot connect to \(endpoint.authority)\(way): \(Self.reason(error))")
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as TransportError: error.message
    case let error as NIOConnectionError: reason(error)
    case let error as TLSError: error.message
    case let error as ProxyRefusal: error.reason
    case let error as DialSourceError: error.message
    case let error as IOError where error.errnoCode == ECONNREFUSED: "the connection was refused"
    case ChannelError.connectTimeout(let time): "no answer within \(time.nanoseconds / 1_000_000) ms"
    default: "\(error)"
    }
  }

  /// The first of the attempts' that says something: an address to dial from rules those of the other family out.
  private static func reason(_ error: NIOConnectionError) -> String {
    let errors = error.connectionErrors.map(\.error)
    let telling = errors.first { ![EAFNOSUPPORT, EINVAL].contains(($0 as? IOError)?.errnoCode) } ?? errors.first
    return telling.map(reason) ?? "the name is unknown"
  }
}
