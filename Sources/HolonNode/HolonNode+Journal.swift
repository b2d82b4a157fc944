import HolonConfig
import HolonJournal
import HolonRouting
import Logging
import RXON

/// Opening the journal, taking up what it holds, and hearing what it does on its own.
extension HolonNode {
  static func openJournal(
    _ configuration: HolonConfiguration, _ reporter: AsyncStream<JournalIncident>.Continuation
  ) throws(StartFailure) -> any Journal {
    let settings = configuration.journal
    let options = settings.options(remembered: configuration.limits.remembered) { reporter.yield($0) }
    do {
      return try SQLiteJournal(path: settings.path, options: options)
    } catch {
      throw StartFailure(.environment, error.explanation(path: settings.path))
    }
  }

  func takeUpJournal(_ incidents: AsyncStream<JournalIncident>) throws(StartFailure) {
    let snapshot: JournalSnapshot
    do {
      snapshot = try journal.restore()
    } catch {
      throw StartFailure(.environment, error.explanation(path: configuration.journal.path))
    }
    uplinks = try makeUplinks(for: configuration.uplinks)
    takeUpAccess(snapshot)
    router.restore(snapshot, at: now)
    for child in authenticator.access.all where child.revokedAt != nil {
      perform(router.handle(.childRevoked(child: child.child), at: now))
    }
    for place in uplinks.indices { makeSessions(over: &uplinks[place], for: snapshot) }
    warnOfOrphans(in: snapshot)
    logger.info(
      "Took up the journal",
      metadata: [
        "tasks": "\(snapshot.tasks.count)", "results": "\(snapshot.results.count)",
        "events": "\(snapshot.events.count)",
      ])
    journalReports = Task(executorPreference: executor) {
      for await incident in incidents { await self.take(incident) }
    }
  }

  /// What is for an uplink that the configuration no longer has stays in the journal until it has it again.
  func warnOfOrphans(in snapshot: JournalSnapshot) {
    let results = snapshot.results.map(\.uplink).filter { session(of: $0) == nil }
    let events = snapshot.events.map(\.uplink).filter { session(of: $0) == nil }
    guard !results.isEmpty || !events.isEmpty else { return }
    logger.warning(
      "The journal holds results or events for an uplink that is not configured",
      metadata: [
        "results": "\(results.count)", "events": "\(events.count)",
        "uplinks": "\(Set((results + events).map(\.description)).sorted())",
      ])
  }

  private func take(_ incident: JournalIncident) {
    switch incident {
    case .dropped(let kind, let subject, let reason):
      counters.add("journal_dropped", label: kind.rawValue)
      logger.error(
        "The journal is full: dropped an older item to the dead letters",
        metadata: ["kind": "\(kind.rawValue)", "subject": "\(subject)", "reason": "\(reason.rawValue)"])
      forget(kind, subject)
    case .deadLettersRemoved(let count):
      counters.add("dead_letters_removed", count)
      logger.warning("Removed the oldest dead letters", metadata: ["count": "\(count)"])
    case .recordingDelayed(let failure):
      counters.add("journal_failures")
      logger.error("The journal cannot be written; it is tried again", metadata: ["failure": "\(failure)"])
    case .recordingLost(let changes, let failure):
      counters.add("journal_changes_lost", changes)
      logger.error(
        "The journal lost changes that nobody waited for",
        metadata: ["changes": "\(changes)", "failure": "\(failure)"])
    }
  }

  /// What the journal let go cannot be handed out or delivered any more.
  private func forget(_ kind: DeadLetter.Kind, _ subject: String) {
    switch kind {
    case .task:
      let parts = subject.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return }
      let key = TaskKey(jobID: parts[0], taskID: parts[1])
      contents.remove(key)
      handle(.taskDropped(key))
    case .event:
      for session in sessions {
        session.enter {
          _ = $0.outbox.remove(.event(subject))
          $0.contents.remove(.event(subject))
        }
      }
    case .result:
      break
    }
  }
}

extension JournalFailure {
  /// One line that says what is wrong with the journal at `path` and what to do.
  func explanation(path: String) -> String {
    switch self {
    case .locked(let detail), .unusable(let detail): detail
    case .full(let detail): "no room for the journal \(path): \(detail); make room on the disk"
    case .closed: "the journal \(path) is closed"
    case .other(let detail): "cannot open the journal \(path): \(detail)"
    }
  }
}
