import RXON

/// Keys that say by which way a parent is dialled.
extension SectionReader {
  /// What `proxy` and `interface` say of the way to a parent, and the environment in place of the first.
  func route(to url: Endpoint?) -> DialRoute {
    DialRoute(proxy: proxy(to: url), source: source())
  }

  private func proxy(to url: Endpoint?) -> Proxy? {
    let written = secret(
      "proxy", allowed: "`socks5://` or `http://`, then `[USER:PASSWORD@]HOST[:PORT]`; `none`; or `file:PATH`",
      absent: "what the environment says",
      "Opens the connections to the parent, and resolves its name. User and password are percent-encoded.")
    guard let url, !reading.describing else { return nil }
    let place = place(of: "proxy")
    let key = path.key("proxy").dotted
    do throws(ProxyError) {
      if isWritten("proxy") {
        // What could not be read was told of.
        guard let written else { return nil }
        if written.exposed != "none" { return try Proxy(written.exposed) }
      } else if let found = reading.proxies.proxy(for: url) {
        return proxy(of: found)
      }
    } catch {
      reading.fault(at: place, "\(key): \(error)", remedy: error.remedy)
      return nil
    }
    if url.isOnion {
      reading.fault(
        at: self.place(of: "url"), "\(path.key("url").dotted): \(url) is an onion service, and no proxy leads to it",
        remedy: "set \(key) to where Tor listens, as socks5://127.0.0.1:9050")
    }
    return nil
  }

  private func proxy(of found: ProxyEnvironment.Written) -> Proxy? {
    do throws(ProxyError) {
      return try Proxy(found.text, defaultKind: .http)
    } catch {
      reading.fault(
        at: .environment(found.variable), "\(error)",
        remedy: "\(error.remedy), or set \(path.key("proxy").dotted), to none where none is needed")
      return nil
    }
  }

  private func source() -> DialSource? {
    optional(
      "interface", .dialSource, absent: "what the system chooses",
      "The network interface that the connections leave by, or the address of this machine that they come from.")
  }
}

extension ValueFormat where Value == DialSource {
  /// A name as Linux allows it, or an IP address.
  static var dialSource: Self {
    ValueFormat(kind: "name of an interface, or IP address", allowed: "", text: \.description) { written in
      if IPAddress(written) != nil { return .success(.address(written)) }
      let isName =
        (1...15).contains(written.utf8.count)
        && written.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
      guard isName, written != ".", written != ".." else {
        return .failure(
          ValueProblem(
            "'\(written)' is neither an interface's name nor an IP address",
            remedy: "write a name as 'ip link' lists them, or an address without port"))
      }
      return .success(.interface(written))
    }
  }
}
