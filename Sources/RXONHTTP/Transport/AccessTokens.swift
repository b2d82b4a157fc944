import RXON
import Synchronization

/// The configured token of a transport and what the parent has given out in its place.
final class AccessTokens: Sendable {
  let configured: String
  private let issued = Mutex<TokenResponse?>(nil)

  init(configured: String) {
    self.configured = configured
  }

  /// What `X-Worker-Token` carries now.
  var current: String {
    issued.withLock { $0?.accessToken } ?? configured
  }

  var refreshToken: String? {
    issued.withLock { $0?.refreshToken }
  }

  func adopt(_ token: TokenResponse) throws(TransportError) {
    guard Self.isSendable(token.accessToken) else {
      throw TransportError(.protocolViolation, "the access token cannot stand in a header")
    }
    issued.withLock { issued in
      var adopted = token
      adopted.refreshToken = token.refreshToken ?? issued?.refreshToken
      issued = adopted
    }
  }

  func forget() {
    issued.withLock { $0 = nil }
  }

  /// Whether a token can be the value of a header field.
  static func isSendable(_ token: String) -> Bool {
    token.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
  }
}
