/// A child's name for one of its polls, under which its parent keeps the task that it answers the poll with until the
/// child has confirmed the receipt: so a lost answer loses nothing.
///
/// Leases of one run of a child are numbered in the order in which they are made, so that a word of the child about its
/// leases can be told from one that was written before.
public struct Lease: Hashable, Sendable {
  /// Of one start of the child; never used again.
  public let run: String
  /// From 1.
  public let number: Int

  private static let longestRun = 64

  init(run: String, number: Int) {
    self.run = run
    self.number = number
  }

  /// Reads a name as ``description`` writes it; nil for anything else.
  public init?(_ name: String) {
    guard let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")), let number = Int(name[dash...].dropFirst()),
      number > 0
    else { return nil }
    let run = String(name[..<dash])
    guard !run.isEmpty, run.utf8.count <= Self.longestRun else { return nil }
    self.init(run: run, number: number)
  }
}

extension Lease: CustomStringConvertible {
  public var description: String { "\(run)-\(number)" }
}
