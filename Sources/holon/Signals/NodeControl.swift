import Glibc
import HolonConfig
import HolonNode
import Logging

/// Does to a running node what signals ask for.
actor NodeControl {
  private let node: HolonNode
  private let inputs: ConfigurationInputs
  private let output: LogOutput
  private let logger: Logger
  private var isEnding = false
  /// A second signal came before the node was drained.
  private(set) var wasCutShort = false

  init(node: HolonNode, inputs: ConfigurationInputs, output: LogOutput) {
    self.node = node
    self.inputs = inputs
    self.output = output
    logger = output.logger
  }

  /// Returns when the stream ends or the calling task is cancelled.
  func obey(_ signals: AsyncStream<Int32>) async {
    for await number in signals {
      switch number {
      case SIGHUP: await reload()
      default: await end()
      }
    }
  }

  private func end() async {
    if isEnding {
      wasCutShort = true
      await node.stop()
    } else {
      isEnding = true
      let node = node
      Task { await node.drain() }
    }
  }

  /// Keeps the present configuration unless the new one is valid as a whole.
  private func reload() async {
    do {
      let loaded = try inputs.load()
      try await node.reload(loaded.configuration)
      output.adopt(loaded.configuration.log)
      logger.notice("Reloaded the configuration")
    } catch let invalid as InvalidConfiguration {
      for fault in invalid.faults { logger.error("Kept the old configuration", metadata: ["fault": "\(fault)"]) }
    } catch {
      logger.error("Kept the old configuration", metadata: ["fault": "\(error)"])
    }
  }
}
