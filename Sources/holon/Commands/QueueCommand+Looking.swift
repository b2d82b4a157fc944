import ArgumentParser
import Glibc
import HolonJournal
import HolonRouting
import RXON

extension QueueCommand {
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List entries, the oldest first.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var selection: KindOption
    @OptionGroup var output: OutputOptions

    @Option(help: "The most entries to list.")
    var limit = 100

    @Option(help: ArgumentHelp("Only entries after this one, to read on.", valueName: "number"))
    var after = 0

    func validate() throws {
      guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
      let administration = try journal.open(.read)
      do throws(JournalFailure) {
        let entries = try administration.list(kinds: selection.kinds, after: after, limit: limit)
        Terminal.print(output.json ? Self.json(entries) : try text(entries, administration.usage()))
      } catch {
        throw CommandFailure(error)
      }
    }

    private static func json(_ entries: [JournalEntry]) -> String {
      RawJSON.object(["entries": .array(entries.map { $0.json() })]).string
    }

    private func text(_ entries: [JournalEntry], _ usage: JournalUsage) -> String {
      let waiting = "\(usage.tasks) tasks, \(usage.results) results, \(usage.events) events"
      let counts = "\(waiting), \(usage.deadLetters) dead letters"
      guard let last = entries.last else { return counts }
      var table = Table(columns: ["number", "kind", "subject", "uplink", "since", "bytes", "about"])
      for entry in entries {
        table.append([
          String(entry.number), entry.kind.rawValue, entry.subject,
          UplinkID(entry.uplink, child: entry.uplinkChild).description,
          Timestamp.text(unixSeconds: entry.at), String(entry.size), entry.remark,
        ])
      }
      let more = entries.count == limit ? "\nthere may be more: --after \(last.number)" : ""
      return "\(table.text)\n\(counts)\(more)"
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show an entry with its content, as JSON.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var output: OutputOptions

    @Argument(help: "The entry's number.")
    var number: Int

    func run() async throws {
      let administration = try journal.open(.read)
      do {
        guard let (entry, content) = try administration.show(number) else { throw CommandFailure.noEntry(number) }
        Terminal.print(entry.json(content: content).string)
      } catch let failure as JournalFailure {
        throw CommandFailure(failure)
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print all entries with their contents, one JSON object a line.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var selection: KindOption
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let administration = try journal.open(.read)
      do {
        try administration.export(kinds: selection.kinds) { line in
          Terminal.write(String(decoding: line, as: UTF8.self), to: STDOUT_FILENO)
        }
      } catch let failure as JournalFailure {
        throw CommandFailure(failure)
      }
    }
  }
}

extension JournalEntry {
  /// What there is to say of it besides its identity.
  fileprivate var remark: String {
    let parts = [
      formerKind.map { "formerly \($0.rawValue)" }, reason, detail, skill, status, child.map { "at \($0)" },
      attempts.flatMap { $0 > 1 ? "\($0) attempts" : nil },
      deadline.map { "until \(Timestamp.text(unixSeconds: $0))" },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}
