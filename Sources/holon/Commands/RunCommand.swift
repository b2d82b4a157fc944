import ArgumentParser
import Glibc
import HolonConfig
import HolonNode
import Logging

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a node.",
    discussion: """
      Every key of the configuration may also be set by environment (HOLON_UPLINKS_0_URL); flags win over the \
      environment, and that over the file. SIGTERM or SIGINT drains the node, a second one ends it at once; SIGHUP \
      reads the configuration again.
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    let inputs = options.inputs
    let loaded = try Self.load(inputs)
    let output = LogOutput(loaded.configuration.log)
    let logger = output.logger
    for warning in loaded.warnings { logger.warning("Configuration", metadata: ["warning": "\(warning)"]) }

    // Before anything is listened on, so that no signal is missed.
    let signals = signalStream([SIGTERM, SIGINT, SIGHUP])
    signal(SIGPIPE, SIG_IGN)
    FileLimit.raise()
    CrashTraces.forbid()
    let node = try await Self.start(loaded.configuration, logger)
    let control = NodeControl(node: node, inputs: inputs, output: output)
    let obeying = Task { await control.obey(signals) }
    await node.run()
    obeying.cancel()
    guard await !control.wasCutShort else {
      throw CommandFailure(.failed, "ended before it was drained; its work is in the journal")
    }
  }

  private static func load(_ inputs: ConfigurationInputs) throws(CommandFailure) -> LoadedConfiguration {
    do {
      return try inputs.load()
    } catch {
      throw CommandFailure(error)
    }
  }

  private static func start(
    _ configuration: HolonConfiguration, _ logger: Logger
  ) async throws(CommandFailure) -> HolonNode {
    do {
      return try await HolonNode.start(configuration: configuration, logger: logger)
    } catch {
      throw CommandFailure(error.kind == .configuration ? .usage : .failed, error.message)
    }
  }
}
