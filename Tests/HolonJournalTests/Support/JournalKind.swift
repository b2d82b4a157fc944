import HolonJournal
import HolonRouting
import Synchronization

/// Every implementation that must pass the contract.
enum JournalKind: CaseIterable, Sendable {
  case sqlite, memory

  func open(_ options: JournalOptions = JournalOptions()) throws -> OpenJournal {
    let directory = TemporaryDirectory()
    switch self {
    case .sqlite:
      return OpenJournal(
        journal: try SQLiteJournal(path: directory.file("holon.db"), options: options), directory: directory)
    case .memory:
      return OpenJournal(journal: try MemoryJournal(options: options), directory: directory)
    }
  }
}

/// A journal that closes with its last reference.
final class OpenJournal: Sendable {
  let journal: any Journal
  private let directory: TemporaryDirectory

  init(journal: any Journal, directory: TemporaryDirectory) {
    self.journal = journal
    self.directory = directory
  }

  deinit {
    journal.close()
  }
}

extension Journal {
  /// Commits and waits; nil when it is on disk.
  func committing(_ changes: JournalChange...) async -> JournalFailure? {
    await withCheckedContinuation { continuation in
      commit(changes) { continuation.resume(returning: $0) }
    }
  }

  func content(_ key: TaskKey) async throws -> [UInt8]? {
    try await withCheckedContinuation { continuation in
      content(of: key) { continuation.resume(returning: $0) }
    }.get()
  }

  func content(_ id: OutboxID) async throws -> [UInt8]? {
    try await withCheckedContinuation { continuation in
      content(of: id) { continuation.resume(returning: $0) }
    }.get()
  }
}

/// Collects what happens on the journal's thread.
final class Recording<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  var all: [Element] { elements.withLock { $0 } }

  func append(_ element: Element) {
    elements.withLock { $0.append(element) }
  }
}

/// Waits until `condition` holds, for ten seconds at most.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
  let deadline = ContinuousClock.now + .seconds(10)
  while ContinuousClock.now < deadline {
    if try condition() { return true }
    try await Task.sleep(for: .milliseconds(5))
  }
  return try condition()
}
