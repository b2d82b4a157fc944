import ArgumentParser
import HolonConfig
import HolonJournal
import HolonRouting

struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "Look at what a journal holds, and change it.",
    discussion: """
      Works on the journal's file: on that of a stopped node, and for looking also beside a running one. Entries are \
      tasks, results and events that wait, and dead letters: what was given up, with the reason.
      """,
    subcommands: [List.self, Show.self, Retry.self, Drop.self, Export.self])
}

/// Which journal.
struct JournalOption: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(
    help: ArgumentHelp("The journal's file; without it, that of the configuration.", valueName: "file"),
    completion: .file())
  var journal: String?

  func open(_ access: JournalAdministration.Access) throws(CommandFailure) -> JournalAdministration {
    let path = try path()
    do {
      return try JournalAdministration(path: path, access: access)
    } catch {
      throw CommandFailure(error)
    }
  }

  func path() throws(CommandFailure) -> String {
    if let journal { return journal }
    do {
      return try file.inputs().loadJournal().path
    } catch {
      throw CommandFailure(error)
    }
  }
}

/// Which kinds of entries.
struct KindOption: ParsableArguments {
  @Option(help: "Only this kind: task, result, event or dead_letter; may be repeated.")
  var kind: [JournalEntry.Kind] = []

  var kinds: Set<JournalEntry.Kind> {
    kind.isEmpty ? Set(JournalEntry.Kind.allCases) : Set(kind)
  }
}

extension JournalEntry.Kind: ExpressibleByArgument {}

extension CommandFailure {
  init(_ failure: JournalFailure) {
    switch failure {
    case .full(let reason), .locked(let reason), .unusable(let reason), .other(let reason): self.init(.failed, reason)
    case .closed: self.init(.failed, "the journal is closed")
    }
  }

  static func noEntry(_ number: Int) -> CommandFailure {
    CommandFailure(.failed, "the journal has no entry \(number); 'holon queue list' shows those that it has")
  }
}
