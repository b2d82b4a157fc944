import ArgumentParser
import Glibc
import HolonPKI
import RXON

struct JoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Join a tree with a string that 'holon pki invite' printed.",
    discussion: """
      Makes a key, which never leaves this machine, gets a certificate for it, and writes node.key, node.pem, ca.pem and \
      config.yaml. Overwrites nothing. What was cut short is taken up again by the same command. The node that will run \
      must be able to write into the folder, since its certificate renews itself: run this as the same user. A proxy is \
      taken from the environment (HTTPS_PROXY, ALL_PROXY, NO_PROXY).
      """)

  @Argument(help: "The join string; - reads it from standard input, where ps does not show it.")
  var string: String

  @Option(help: ArgumentHelp("Where to write.", valueName: "folder"), completion: .directory)
  var folder = "/etc/holon"

  @Option(help: ArgumentHelp("Where the new node's workers dial in: on loopback, or with https.", valueName: "url"))
  var listen = "http://127.0.0.1:8700"

  @Option(help: ArgumentHelp("The node's journal; without it, holon.db in the folder.", valueName: "file"))
  var journal: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let endpoint = try endpoint()
    let folder = JoinFolder(folder)
    do throws(PKIFailure) {
      let string = try JoinString(try text())
      let joining = Joining(
        string: string, folder: folder, listen: endpoint, journal: journal ?? "\(folder.path)/holon.db",
        environment: ProcessEnvironment.variables)
      report(try await joining.run(), id: string.id, folder)
    } catch {
      throw CommandFailure(error.kind == .malformed ? .usage : .failed, error.message)
    }
  }

  private func text() throws(PKIFailure) -> String {
    string == "-" ? try DurableFile.readText("/dev/stdin", limit: 64 << 10) : string
  }

  private func endpoint() throws(CommandFailure) -> Endpoint {
    guard let endpoint = try? Endpoint(listen), ["http", "https"].contains(endpoint.scheme), endpoint.port != nil,
      endpoint.path.isEmpty
    else {
      throw CommandFailure(.usage, "--listen '\(listen)' is no address to listen on; write http://127.0.0.1:8700")
    }
    let isLoopback = endpoint.host == "localhost" || endpoint.host == "::1" || endpoint.host.hasPrefix("127.")
    guard endpoint.scheme == "https" || isLoopback else {
      throw CommandFailure(
        .usage, "--listen \(listen) would let anybody in; write https://\(endpoint.authority), or listen on 127.0.0.1")
    }
    return endpoint
  }

  private func report(_ outcome: Joining.Outcome, id: String, _ folder: JoinFolder) {
    let json = RawJSON.object([
      "id": .string(id), "uplink": .string(outcome.uplink), "configuration": .string(folder.configurationFile),
      "certificate": .string(folder.certificateFile), "key": .string(folder.keyFile),
      "ca": .string(folder.authorityFile), "not_after": .integer(outcome.certificate.notAfter),
    ])
    Terminal.print(
      output.json
        ? json.string
        : """
        \(id) has joined; its parent is \(outcome.uplink)
        its certificate is good until \(Timestamp.text(unixSeconds: outcome.certificate.notAfter)) and renews itself

        next: look at \(folder.configurationFile), then
          holon check --config \(folder.configurationFile)
          holon run --config \(folder.configurationFile)
        """)
  }
}
