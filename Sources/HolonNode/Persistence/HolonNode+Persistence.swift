import HolonRouting
import Logging

/// Performing what the router decided, in order, each part of it once what it stands on is on disk.
extension HolonNode {
  /// All changes of a list are submitted at once: what is decided next may stand on any of them, and must not reach the
  /// journal before them.
  func perform(_ actions: [RoutingAction]) {
    var rest = actions[...]
    for action in rest.takeUntilPersist() { perform(action) }
    while case .persist(let changes)? = rest.popFirst() {
      let dependents = rest.takeUntilPersist()
      persist(changes, before: dependents.filter { !$0.isRecord })
      for case .record(let later) in dependents { record(later) }
    }
  }

  /// Commits `changes`; what depends on them is performed once they are on disk.
  private func persist(_ changes: [JournalChange], before dependents: [RoutingAction]) {
    dropContents(of: changes)
    commitsUnderWay += 1
    let number = commitOrder.submit()
    journal.commit(changes) { failure in
      self.onLoop { node in
        node.commitsUnderWay -= 1
        node.committed(changes, number, dependents, failure)
        node.noteIfDrained()
      }
    }
  }

  private func committed(
    _ changes: [JournalChange], _ number: Int, _ dependents: [RoutingAction], _ failure: JournalFailure?
  ) {
    if let failure {
      counters.add("journal_failures")
      logger.error("The journal refused a commit", metadata: ["failure": "\(failure)"])
      commitOrder.refused(number, changes)
    } else if !commitOrder.standsOnRefused(number, changes) {
      for action in dependents { perform(action) }
      return
    }
    handle(.persistFailed(changes, unperformed: dependents))
  }

  func record(_ changes: [JournalChange]) {
    dropContents(of: changes)
    journal.record(changes)
  }

  /// What is over is not handed out again.
  private func dropContents(of changes: [JournalChange]) {
    for change in changes {
      switch change {
      case .resultStored(let record): contents.remove(record.key)
      case .taskForgotten(let key): contents.remove(key)
      default: break
      }
    }
  }
}

extension RoutingAction {
  fileprivate var isRecord: Bool {
    if case .record = self { true } else { false }
  }

  fileprivate var isPersist: Bool {
    if case .persist = self { true } else { false }
  }
}

extension ArraySlice<RoutingAction> {
  /// Takes off what stands before the next commit.
  fileprivate mutating func takeUntilPersist() -> ArraySlice<RoutingAction> {
    let end = firstIndex(where: \.isPersist) ?? endIndex
    defer { self = self[end...] }
    return self[..<end]
  }
}
