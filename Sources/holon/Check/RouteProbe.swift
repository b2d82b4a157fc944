import Glibc
import HolonConfig
import RXON

/// Whether there is what the way to a parent needs: the interface to leave by, and an address to dial. Behind a proxy
/// that is the proxy's own; the parent's name is looked up by nobody here then.
struct RouteProbe {
  let uplink: UplinkConfiguration

  var findings: [Finding] { interface + [address] }

  /// What may keep a parent from being reached.
  static func between(_ uplink: UplinkConfiguration) -> String {
    uplink.route.proxy == nil ? "the firewalls in between" : "what the proxy allows"
  }

  private func subject(_ what: String) -> String { "uplink \(uplink.name): \(what)" }

  private var interface: [Finding] {
    guard case .interface(let name) = uplink.route.source else { return [] }
    guard if_nametoindex(name) == 0 else { return [.fine(subject("interface"), "\(name) is there")] }
    return [
      .failure(
        subject("interface"), "there is no network interface \(name)",
        remedy: "write a name as 'ip link' lists them, or wait until it is up")
    ]
  }

  private var address: Finding {
    if let proxy = uplink.route.proxy {
      return address(of: proxy.host, proxy.port, "proxy", remedy: "check uplinks.proxy and this machine's DNS")
    }
    return address(
      of: uplink.url.host, uplink.url.dialledPort, "name", remedy: "check uplinks.url and this machine's DNS")
  }

  private func address(of host: String, _ port: Int, _ what: String, remedy: String) -> Finding {
    do throws(Dialler.Failure) {
      let addresses = try Dialler().addresses(of: host, port: port)
      return .fine(subject(what), "\(host) is \(addresses.joined(separator: ", "))")
    } catch {
      return .failure(subject(what), "\(host): \(error.reason)", remedy: remedy)
    }
  }
}
