import Glibc

/// Opens connections for commands that ask one question and end. Blocks; the node has its own network code.
struct Dialler {
  /// For all that one connection is used for.
  var timeout: Duration = .seconds(5)

  enum Failure: Error {
    case unknownHost(String)
    case refused(String)
    case timedOut
    case broken(String)
  }

  /// A host's addresses as text.
  func addresses(of host: String, port: Int) throws(Failure) -> [String] {
    try resolve(host, port) { addresses in
      var texts: [String] = []
      for address in addresses {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
          address.ai_addr, address.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { continue }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !texts.contains(text) { texts.append(text) }
      }
      return texts
    }
  }

  /// Connects to a socket in the file system.
  /// - Returns: nil when nobody listens there.
  func connect(toSocket path: String) throws(Failure) -> Connection? {
    try Connection(toSocket: path, deadline: ContinuousClock.now + timeout)
  }

  private func resolve<Outcome>(
    _ host: String, _ port: Int, _ body: ([addrinfo]) -> Outcome
  ) throws(Failure) -> Outcome {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0 else { throw .unknownHost(String(cString: gai_strerror(status))) }
    defer { freeaddrinfo(list) }
    return body(Array(sequence(first: list?.pointee) { $0?.ai_next?.pointee }.compactMap { $0 }))
  }
}
