import HolonRouting
import Logging
import RXON

/// Keeping credentials that the parent accepts: a token is renewed before it ends, and refused ones are replaced.
extension UplinkSession {
  /// Some call with the credentials of `generation` was refused for them.
  func renewCredentials(generation: Int) {
    let rung = credentials.refused(
      generation: generation, holdsRefreshToken: transport.holdsRefreshToken, at: node.clock.uptime, using: &random)
    if let rung { spawn { await $0.climb(rung) } }
  }

  func renewTokenIfDue(at now: Moment) {
    guard let due = renewal.due, due <= now.uptime,
      let rung = credentials.renew(holdsRefreshToken: transport.holdsRefreshToken)
    else { return }
    spawn { await $0.climb(rung) }
  }

  /// While credentials are being renewed there is nothing to wake up for.
  var nextRenewal: Duration? { credentials.isClimbing ? nil : renewal.due }

  private func climb(_ first: CredentialLadder.Rung) async {
    var rung: CredentialLadder.Rung? = first
    while let current = rung {
      do {
        try await obtain(current)
        credentials.held()
        outbox.uplinkRestored(id, at: clockNow())
        rung = nil
      } catch {
        switch error.kind {
        case .unreachable, .interrupted, .timedOut, .serverError, .rateLimited, .closed:
          credentials.unanswered()
          renewal.unanswered(at: node.clock.uptime, using: &random)
          rung = nil
        default:
          rung = credentials.slipped(at: node.clock.uptime, using: &random)
        }
      }
    }
    advance()
  }

  private func obtain(_ rung: CredentialLadder.Rung) async throws(TransportError) {
    logger.info("Renewing credentials", metadata: ["uplink": "\(id)", "by": "\(rung)"])
    switch rung {
    case .refresh:
      adopt(try await transport.refreshToken())
    case .issue:
      forgetTokens()
      adopt(try await transport.refreshToken())
    case .configured:
      forgetTokens()
    }
  }

  private func adopt(_ token: TokenResponse) {
    renewal.adopted(lasting: token.expiresIn, at: node.clock.uptime, using: &random)
  }

  private func forgetTokens() {
    transport.forgetTokens()
    renewal.forgotten()
  }
}
