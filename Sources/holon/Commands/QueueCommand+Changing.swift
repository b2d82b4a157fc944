import ArgumentParser
import HolonJournal
import HolonRouting
import RXON

extension QueueCommand {
  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give dead letters another chance.",
      discussion: "A task waits for a child again, a result or an event for its parent. The node must be stopped.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var output: OutputOptions

    @Argument(help: "Numbers of dead letters.")
    var numbers: [Int]

    func run() async throws {
      let administration = try journal.open(.write)
      for number in numbers {
        let new = try change { () throws(JournalFailure) in try administration.retry(number) }
        guard let new else { throw CommandFailure(.failed, "the journal has no dead letter \(number)") }
        Terminal.print(
          output.json
            ? RawJSON.object(["retried": .integer(number), "number": .integer(new)]).string
            : "retried \(number), now \(new)")
      }
    }
  }

  struct Drop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove entries for good.",
      discussion: "A dropped task is never answered, a dropped result never delivered. The node must be stopped.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var output: OutputOptions

    @Argument(help: "Numbers of entries.")
    var numbers: [Int]

    func run() async throws {
      let administration = try journal.open(.write)
      for number in numbers {
        guard try change({ () throws(JournalFailure) in try administration.drop(number) }) else {
          throw CommandFailure.noEntry(number)
        }
        Terminal.print(output.json ? RawJSON.object(["dropped": .integer(number)]).string : "dropped \(number)")
      }
    }
  }
}

private func change<Outcome>(_ body: () throws(JournalFailure) -> Outcome) throws(CommandFailure) -> Outcome {
  do {
    return try body()
  } catch {
    throw CommandFailure(error)
  }
}
