/// What the writer has done since the journal was opened.
public struct JournalStatistics: Sendable, Hashable {
  /// Groups that went to the disk together.
  public internal(set) var groups = 0
  /// Commits and recordings in them.
  public internal(set) var submissions = 0
  /// Groups in which something failed, so that each submission was committed alone.
  public internal(set) var replayedGroups = 0

  init() {}
}
