public import RXON

/// The leases of a node at one parent: made for each poll, open until its end is known.
///
/// A lease is to be closed in the same turn in which the task that came under it is taken. So what a heartbeat says is
/// true at one moment: a task of a closed lease is either among the node's tasks or did not arrive.
public struct OpenLeases: Sendable {
  private let run: String
  private var made = 0
  private var open: Set<Int> = []

  /// - Parameter run: a word that no other start of this node uses.
  public init(run: String) {
    self.run = run
  }

  /// A lease for a poll that is about to be made.
  public mutating func make() -> Lease {
    made += 1
    open.insert(made)
    return Lease(run: run, number: made)
  }

  /// The poll ended, in whatever way.
  public mutating func close(_ lease: Lease) {
    if lease.run == run { open.remove(lease.number) }
  }

  /// Says in a registration that from now on leases are of this run.
  public func announce(in registration: inout WorkerRegistration) {
    LeaseReport.state(run: run, in: &registration)
  }

  /// Tells them in a heartbeat, which must be of this moment.
  public func tell(in heartbeat: inout Heartbeat) {
    LeaseReport(run: run, made: made, open: open).state(in: &heartbeat)
  }
}
