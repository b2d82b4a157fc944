import Glibc
import RXON

/// Whether an address can be listened on.
enum PortProbe {
  static func inspect(_ endpoint: Endpoint, subject: String) -> Finding {
    switch bindingError(endpoint) {
    case .success:
      return .fine(subject, "free")
    case .failure(let failure):
      return .failure(subject, failure.reason, remedy: failure.remedy)
    }
  }

  private struct Failure: Error {
    var reason: String
    var remedy: String
  }

  private static func bindingError(_ endpoint: Endpoint) -> Result<Void, Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(endpoint.host, String(endpoint.dialledPort), &hints, &list)
    guard status == 0, let address = list?.pointee else {
      let reason = String(cString: gai_strerror(status))
      return .failure(Failure(reason: "the name is not known (\(reason))", remedy: "use an address of this machine"))
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
    guard descriptor >= 0 else { return .failure(failure(errno)) }
    defer { close(descriptor) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    return bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && listen(descriptor, 1) == 0
      ? .success(()) : .failure(failure(errno))
  }

  private static func failure(_ code: Int32) -> Failure {
    let reason = String(cString: strerror(code))
    return switch code {
    case EADDRINUSE:
      Failure(
        reason: "the port is in use",
        remedy: "stop the program that has it (a running holon, perhaps), or choose another")
    case EACCES:
      Failure(reason: "not permitted", remedy: "choose a port above 1023, or grant CAP_NET_BIND_SERVICE")
    case EADDRNOTAVAIL:
      Failure(reason: "this machine has no such address", remedy: "use one of its own, or 0.0.0.0")
    default:
      Failure(reason: reason, remedy: "use an address of this machine")
    }
  }
}
