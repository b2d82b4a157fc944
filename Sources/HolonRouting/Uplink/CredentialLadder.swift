/// What to try when a parent does not accept the credentials: the refresh token, then a new access token for the
/// configured token, then the configured token itself. No rung is tried twice before one of them is proven by an
/// accepted call; after the last there is a pause, then the ladder begins anew.
public struct CredentialLadder: Sendable {
  public enum Rung: Int, Sendable, Hashable, CaseIterable {
    /// `Transport.refreshToken()` with the refresh token at hand.
    case refresh
    /// `Transport.forgetTokens()`, then `Transport.refreshToken()`: an access token for the configured token.
    case issue
    /// `Transport.forgetTokens()`: calls carry the configured token.
    case configured
  }

  /// Which credentials are in use. A call notes it at its start, so that its late refusal blames no newer ones.
  public private(set) var generation = 0
  private var next: Int = 0
  /// A rung is being tried: calls that can wait would only be refused again.
  public private(set) var isClimbing = false
  private var exhaustedUntil: Duration?
  private var backOff: BackOff

  public init(backOff: BackOff.Policy = BackOff.Policy(base: .seconds(1), cap: .seconds(60))) {
    self.backOff = BackOff(backOff)
  }

  /// A call that began with the credentials of `generation` was refused for them.
  /// - Returns: the rung to try now; nil when one is being tried, the credentials are newer already, or all rungs failed
  ///   and the pause is not over. The call may be made again once ``generation`` has changed.
  public mutating func refused(
    generation: Int, holdsRefreshToken: Bool, at now: Duration, using random: inout some RandomNumberGenerator
  ) -> Rung? {
    guard generation == self.generation, !isClimbing else { return nil }
    if let exhaustedUntil {
      guard now >= exhaustedUntil else { return nil }
      self.exhaustedUntil = nil
      next = 0
    }
    if next == Rung.refresh.rawValue, !holdsRefreshToken { next += 1 }
    return climb(at: now, using: &random)
  }

  /// The access token is good, and will end soon.
  /// - Returns: the rung to try now; nil while one is being tried.
  public mutating func renew(holdsRefreshToken: Bool) -> Rung? {
    guard !isClimbing else { return nil }
    let rung: Rung = holdsRefreshToken ? .refresh : .issue
    next = rung.rawValue
    exhaustedUntil = nil
    isClimbing = true
    return rung
  }

  /// The rung gave credentials; the next calls show what they are worth.
  public mutating func held() {
    guard isClimbing else { return }
    isClimbing = false
    next += 1
    generation += 1
  }

  /// The parent refused the rung.
  /// - Returns: the next rung to try now; nil when it was the last.
  public mutating func slipped(at now: Duration, using random: inout some RandomNumberGenerator) -> Rung? {
    guard isClimbing else { return nil }
    isClimbing = false
    next += 1
    return climb(at: now, using: &random)
  }

  /// The parent did not answer the rung: it is tried again when the next call is refused.
  public mutating func unanswered() {
    isClimbing = false
  }

  /// A call with the credentials of `generation` was accepted.
  public mutating func proven(generation: Int, at now: Duration) {
    guard generation == self.generation, !isClimbing else { return }
    next = 0
    exhaustedUntil = nil
    backOff.succeeded(at: now)
  }

  private mutating func climb(at now: Duration, using random: inout some RandomNumberGenerator) -> Rung? {
    guard let rung = Rung(rawValue: next) else {
      exhaustedUntil = now + backOff.failed(at: now, using: &random)
      return nil
    }
    isClimbing = true
    return rung
  }
}
