import RXON
import TestSupport

/// A wire through a real proxy, which wants a user and a password.
struct ProxiedWire: Wire {
  let base: any RoutedWire
  let kind: Proxy.Kind

  var testDescription: String { "\(base.testDescription) through \(kind.rawValue)" }

  var source: String? { TestProxies.source(of: kind) }

  func open(_ handler: any ListenerHandler, token: String) async throws -> OpenWire {
    var wire = base
    wire.route.proxy = try await TestProxies.shared.proxy(kind)
    return try await wire.open(handler, token: token)
  }
}
