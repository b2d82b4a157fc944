import HolonRouting
import Logging
import RXON

/// Taking commands from the parent.
extension UplinkSession {
  /// Keeps a command channel open for as long as the session lives. Not every parent offers one.
  func listenForCommands() {
    guard commands == nil else { return }
    commands = spawn { session in
      var backOff = BackOff(BackOff.Policy(base: .seconds(1), cap: .seconds(60)))
      while !Task.isCancelled, session.state != .closed {
        let opened = await session.takeCommands()
        if opened { backOff.succeeded(at: session.node.clock.uptime) }
        let delay = backOff.failed(at: session.node.clock.uptime, using: &session.random)
        try? await Task.sleep(for: delay)
      }
    }
  }

  /// Returns when the channel is lost, or could not be opened.
  private func takeCommands() async -> Bool {
    var opened = false
    do {
      let commands = try await transport.listenForCommands()
      opened = true
      logger.debug("Opened the command channel", metadata: ["uplink": "\(id)"])
      for try await command in commands { take(command) }
    } catch {
      logger.debug("Lost the command channel", metadata: ["uplink": "\(id)", "error": "\(error)"])
    }
    return opened
  }

  private func take(_ command: WorkerCommand) {
    node.enter { $0.handle(.commandArrived(command, from: self.id)) }
  }
}
