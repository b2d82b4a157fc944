import RXON
import RXONSignatures
import Synchronization

/// A token as calls present it, and as it signs.
package struct PresentedToken: Sendable {
  package let text: String
  package let secret: HMACSecret

  package init(_ text: String) {
    self.text = text
    secret = HMACSecret(text)
  }
}

/// The configured token of a transport and what the parent has given out in its place.
package final class AccessTokens: Sendable {
  private struct Issued {
    var access: PresentedToken
    package var refreshToken: String?
  }

  package let configured: PresentedToken
  private let issued = Mutex<Issued?>(nil)

  package init(configured: String) {
    self.configured = PresentedToken(configured)
  }

  /// What `X-Worker-Token` carries now.
  package var current: PresentedToken {
    issued.withLock { $0?.access } ?? configured
  }

  var refreshToken: String? {
    issued.withLock { $0?.refreshToken }
  }

  package func adopt(_ token: TokenResponse) throws(TransportError) {
    guard Self.isSendable(token.accessToken) else {
      throw TransportError(.protocolViolation, "the access token cannot stand in a header")
    }
    let access = PresentedToken(token.accessToken)
    issued.withLock { issued in
      issued = Issued(access: access, refreshToken: token.refreshToken ?? issued?.refreshToken)
    }
  }

  package func forget() {
    issued.withLock { $0 = nil }
  }

  /// Whether a token can be the value of a header field.
  package static func isSendable(_ token: String) -> Bool {
    token.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
  }
}
