public import HolonRouting

/// One row of a journal, as a person sees it.
public struct JournalEntry: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case task, result, event
    case deadLetter = "dead_letter"
  }

  /// Names the entry within its journal, across kinds.
  public var number: Int
  public var kind: Kind
  /// What a dead letter was; nil for all others.
  public var formerKind: DeadLetter.Kind?
  /// `job/task` or the event id.
  public var subject: String
  public var uplink: String
  /// The child that stands for itself at that parent; nil where the node stands for all.
  public var uplinkChild: String?
  /// The skill of a task.
  public var skill: String?
  public var priority: Double?
  /// Unix seconds.
  public var deadline: Int?
  /// The child that holds a task.
  public var child: String?
  public var attempts: Int?
  /// The status of a result.
  public var status: String?
  /// Why a dead letter was given up.
  public var reason: String?
  public var detail: String?
  /// Unix seconds at which it came into the journal, for a dead letter at which it was given up.
  public var at: Int
  /// Bytes of its content.
  public var size: Int
  /// Bytes that the content takes in the file.
  public var storedSize: Int
}
