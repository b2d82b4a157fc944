/// Which access tokens a child was given lately, by their ends.
///
/// The reference client answers a 401 with a refresh and then sends the same bytes again, signed with the token before;
/// and it goes on to sign with that until it next renews its token of its own accord.
struct RecentAccessTokens {
  /// Of one child. It may refresh twice at once, from two calls that were both refused.
  private static let tokens = 8
  private static let children = 20_000
  /// The reference client renews its token no more often than this, in seconds.
  private static let leastRenewal = 60

  private var ends: [AccessTokens.Owner: [Int]] = [:]

  mutating func note(_ owner: AccessTokens.Owner, ends end: Int) {
    if ends[owner] == nil, ends.count >= Self.children { ends.remove(at: ends.startIndex) }
    var known = ends[owner] ?? []
    // Tokens of one second are the same.
    guard known.last != end else { return }
    known.append(end)
    ends[owner] = known.suffix(Self.tokens)
  }

  /// The ends, in Unix seconds, of those with which the owner may still sign.
  func ends(of owner: AccessTokens.Owner, life: Int, at unixSeconds: Int) -> [Int] {
    let oldest = unixSeconds - max(life, Self.leastRenewal)
    return ends[owner]?.filter { $0 > oldest } ?? []
  }
}
