import ArgumentParser
import HolonConfig
import NIOHTTP1
import RXON
import RXONHTTP
import RXONTLS

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what a running node does.",
    discussion: """
      Asks the status address of the configuration, or the one that is given. Exits with 1 when nobody answers.
      """)

  @OptionGroup var file: ConfigurationFile
  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("The node's status address.", valueName: "url"))
  var url: String?

  @Option(help: ArgumentHelp("Its token: file:PATH, or the token itself (which ps shows).", valueName: "token"))
  var token: String?

  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp("The authority of an https address, if not one that the system trusts.", valueName: "file"))
  var authority: String?

  func run() async throws {
    let status = try settings()
    let report = try await fetch(status)
    Terminal.print(output.json ? report.string : StatusText(report).text)
  }

  private func settings() throws(CommandFailure) -> StatusConfiguration {
    var flags: [ConfigurationFlag] = []
    if let url { flags.append(ConfigurationFlag("--url", sets: "status.url", to: url)) }
    if let token { flags.append(ConfigurationFlag("--token", sets: "status.token", to: token)) }
    do {
      if let status = try file.inputs(flags: flags).loadStatus() { return status }
    } catch {
      throw CommandFailure(error)
    }
    throw CommandFailure(.usage, "no status address is known; pass --url, or --config with a file that has status.url")
  }

  private func fetch(_ status: StatusConfiguration) async throws(CommandFailure) -> RawJSON {
    let headers = status.token.map { [("Authorization", "Bearer \($0.exposed)")] } ?? []
    let answer: HTTPSingleCall.Answer
    do throws(TransportError) {
      var call = HTTPSingleCall(endpoint: status.url.dialled, tls: try context(for: status))
      call.timeout = .seconds(5)
      call.answerSize = HTTPQuestion.answerLimit
      answer = try await call.send(.GET, "/status", headers: headers)
    } catch {
      throw CommandFailure(
        .failed, "no answer from \(status.url): \(error.message); start the node, or check status.url and --url")
    }
    switch answer.status {
    case 200:
      do {
        return try RawJSON(validating: answer.body)
      } catch {
        throw CommandFailure(.failed, "\(status.url) did not answer with JSON; is it a holon's status address?")
      }
    case 401, 403:
      throw CommandFailure(.failed, "\(status.url) refuses the token; pass --token, or set status.token")
    default:
      throw CommandFailure(
        .failed, "\(status.url) answered \(answer.status); is it a holon's status address?")
    }
  }
}

extension StatusCommand {
  /// - Returns: nil where the address is not encrypted.
  private func context(for status: StatusConfiguration) throws(TransportError) -> TLSClientContext? {
    guard status.url.scheme == "https" else { return nil }
    var options = TLSClientOptions()
    if let authority { options.trust = .file(authority) }
    do throws(TLSConfigurationError) {
      return try TLSClientContext(options)
    } catch {
      throw TransportError(.unsendable, error.message)
    }
  }
}

extension Endpoint {
  /// Where to dial what listens here: an address that means every interface is reached by loopback.
  var dialled: Endpoint {
    var endpoint = self
    if host == "0.0.0.0" { endpoint.host = "127.0.0.1" }
    if host == "::" { endpoint.host = "::1" }
    return endpoint
  }
}

extension Dialler.Failure {
  /// What happened, without a full stop.
  var reason: String {
    switch self {
    case .unknownHost(let reason): "the name is not known (\(reason))"
    case .refused(let reason): reason
    case .timedOut: "it took too long"
    case .broken(let reason): reason
    }
  }
}
