import Glibc
import NIOCore

/// An address that a server cannot listen on.
public struct HTTPServerError: Error, CustomStringConvertible {
  public let address: HTTPServerAddress
  public let cause: any Error

  package init(address: HTTPServerAddress, cause: any Error) {
    self.address = address
    self.cause = cause
  }

  public var description: String {
    "cannot listen on \(address): \(explanation)"
  }

  private var explanation: String {
    switch ((cause as? IOError)?.errnoCode, address) {
    case (EADDRINUSE?, .host): "another process uses this port; stop it, or choose another port"
    case (EACCES?, .host): "this port needs more privileges; choose one above 1023, or grant CAP_NET_BIND_SERVICE"
    case (EADDRNOTAVAIL?, .host): "no interface of this machine has this address"
    case (ENAMETOOLONG?, .unixDomainSocket(let path)):
      "the path has \(path.utf8.count) bytes, and the system takes up to 107; choose a shorter one"
    case (EEXIST?, .unixDomainSocket): "another file has this name; move it away"
    default: "\(cause)"
    }
  }
}
