import ArgumentParser
import HolonNode
import RXON

struct ChildrenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "children",
    abstract: "Give children tokens of their own, shut them out, let them in again.",
    discussion: """
      Speaks to the running node through the socket beside its journal, as the user that the node runs as (or root); \
      of a stopped node it changes the journal itself.
      """,
    subcommands: [List.self, Add.self, Revoke.self, Restore.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the children that have a token of their own, are revoked, or are there.")

    @OptionGroup var journal: JournalOption
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let entries = try ChildRegistry(journal: journal.path()).entries()
      guard output.json else { return Terminal.print(Self.text(entries)) }
      Terminal.print(RawJSON.object(["children": .array(entries.map(\.json))]).string)
    }

    private static func text(_ entries: [ChildAccessEntry]) -> String {
      guard !entries.isEmpty else { return "no children are on record" }
      var table = Table(columns: ["child", "token", "state"])
      for entry in entries {
        let token = entry.tokenIssuedAt.map { "issued \(Timestamp.text(unixSeconds: $0))" } ?? "none issued"
        let presence = entry.isConnected.map { $0 ? "connected" : "not connected" } ?? ""
        let revocation = entry.revokedAt.map { "revoked \(Timestamp.text(unixSeconds: $0))" }
        table.append([entry.child, token, revocation ?? presence])
      }
      return table.text
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a token for a child, and print it once.",
      discussion: """
        The node keeps a digest only, so a token that is lost is replaced by adding the child again, which ends the \
        earlier one. The global token does not serve for such a child any more.
        """)

    @OptionGroup var journal: JournalOption
    @OptionGroup var output: OutputOptions

    @Argument(help: "The child's worker id.")
    var id: String

    func run() async throws {
      let token = try await ChildRegistry(journal: journal.path()).change(.issueToken, of: id)
      guard let token else { throw CommandFailure(.failed, "the node's answer holds no token") }
      Terminal.print(
        output.json ? RawJSON.object(["id": .string(id), "token": .string(token)]).string : token)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shut a child out: all its tokens, its certificate, its open connections.",
      discussion: "What it works on is offered to others. It holds over restarts, until 'holon children restore'.")

    @OptionGroup var change: ChangeOptions

    func run() async throws {
      try await change.perform(.revoke, told: "revoked")
    }
  }

  struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a revoked child in again, with the credentials that it had.",
      discussion: "Access tokens that it was given before stay void. To give it a new token, add it again.")

    @OptionGroup var change: ChangeOptions

    func run() async throws {
      try await change.perform(.restore, told: "restored")
    }
  }
}

/// What revoking and restoring ask for.
struct ChangeOptions: ParsableArguments {
  @OptionGroup var journal: JournalOption
  @OptionGroup var output: OutputOptions

  @Argument(help: "The child's worker id.")
  var id: String

  func perform(_ change: ChildAccessChange, told word: String) async throws {
    _ = try await ChildRegistry(journal: journal.path()).change(change, of: id)
    Terminal.print(output.json ? RawJSON.object([word: .string(id)]).string : "\(word) \(id)")
  }
}
