import ArgumentParser
import HolonNode

/// The program. Every failure ends as one line on standard error and an exit code: 1 for what failed, 64 for what was
/// asked for wrongly.
@main
struct Holon {
  static func main() async {
    CommandLineSecrets.hide()
    do {
      let command = try HolonCommand.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        var synchronous = command
        try synchronous.run()
      }
    } catch let failure as CommandFailure {
      Terminal.complain(failure.message)
      exit(failure.code)
    } catch let code as ExitCode {
      HolonCommand.exit(withError: code)
    } catch {
      end(with: error)
    }
  }

  /// Help and version go the parser's way; a wrong use of the command line is told in one line.
  private static func end(with error: any Error) -> Never {
    guard HolonCommand.exitCode(for: error) == .validationFailure else { HolonCommand.exit(withError: error) }
    let message = HolonCommand.message(for: error)
    Terminal.complain("\(message.hasSuffix(".") ? String(message.dropLast()) : message); see 'holon --help'")
    exit(.usage)
  }

  private static func exit(_ code: CommandFailure.Code) -> Never {
    HolonCommand.exit(withError: ExitCode(code.rawValue))
  }
}

struct HolonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holon",
    abstract: "Relays RXON: takes workers in from below, dials an orchestrator above, loses nothing in between.",
    version: HolonVersion.text,
    subcommands: [
      RunCommand.self, CheckCommand.self, StatusCommand.self, QueueCommand.self, ChildrenCommand.self, PKICommand.self,
      JoinCommand.self,
    ])
}
