/// Remembers that recent bodies did not become smaller, as media and ciphertexts do not, so that not every one of them
/// is compressed in vain: after each further failure twice as many bodies pass without a trial, up to a limit.
struct CompressionTrials {
  /// So a peer whose bodies change is compressed for again soon enough.
  static let longestPause = 64

  private var nextPause = 1
  private var pause = 0

  /// Whether the next body is worth a trial, which is then made, and told of by ``ended(paid:)``.
  mutating func isDue() -> Bool {
    guard pause > 0 else { return true }
    pause -= 1
    return false
  }

  mutating func ended(paid: Bool) {
    guard !paid else {
      nextPause = 1
      return
    }
    pause = nextPause
    nextPause = min(nextPause * 2, Self.longestPause)
  }
}
