/// When to renew the access token that a parent issued: at about four fifths of its life, so that no call is ever refused
/// for its end; for each node a little earlier or later, so that many that began together do not come together.
public struct TokenRenewal: Sendable {
  /// Parts of a token's life.
  static let window = 0.75...0.85
  /// Longer lives are renewed as if they were this long, in seconds.
  private static let longestLife = 30 * 86_400

  /// The node's uptime; nil while there is nothing to renew.
  public private(set) var due: Duration?
  private var backOff: BackOff

  public init(backOff: BackOff.Policy = BackOff.Policy(base: .seconds(5), cap: .seconds(60))) {
    self.backOff = BackOff(backOff)
  }

  /// The parent issued a token.
  /// - Parameter seconds: how long it lasts.
  public mutating func adopted(
    lasting seconds: Int, at now: Duration, using random: inout some RandomNumberGenerator
  ) {
    let life = Duration.seconds(min(seconds, Self.longestLife)) * Double.random(in: Self.window, using: &random)
    // Not without pause, whatever the parent says.
    due = now + max(.seconds(1), life)
    backOff.succeeded(at: now)
  }

  /// The token is not used any more.
  public mutating func forgotten() {
    due = nil
  }

  /// The parent did not answer.
  public mutating func unanswered(at now: Duration, using random: inout some RandomNumberGenerator) {
    guard due != nil else { return }
    due = now + backOff.failed(at: now, using: &random)
  }
}
