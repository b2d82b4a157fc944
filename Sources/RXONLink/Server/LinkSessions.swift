import RXON
import Synchronization

/// The links that are open to a node, by who opened them: the newest of a worker takes the place of the one before, which
/// may be half-open without knowing it. Thread-safe.
public final class LinkSessions: Sendable {
  private struct Entry {
    weak var session: LinkServerSession?
  }

  private let entries = Mutex<[String: Entry]>([:])

  public init() {}

  func add(_ session: LinkServerSession) {
    guard let workerID = session.credentials.workerID else { return }
    let former = entries.withLock { entries in
      defer { entries[workerID] = Entry(session: session) }
      return entries[workerID]?.session
    }
    former?.onEventLoop { $0.close(.replaced) }
  }

  func remove(_ session: LinkServerSession) {
    guard let workerID = session.credentials.workerID else { return }
    entries.withLock { entries in
      if entries[workerID]?.session === session { entries[workerID] = nil }
    }
  }
}
