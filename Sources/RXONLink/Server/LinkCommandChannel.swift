import RXON

/// A child's command channel over a link, at the upper end.
final class LinkCommandChannel: CommandChannel, @unchecked Sendable {
  // Unchecked: everything mutable is confined to the session's event loop.
  let number: UInt64
  let credentials: Credentials
  let workerID: String
  private weak var session: LinkServerSession?
  private let handler: any ListenerHandler

  init(number: UInt64, credentials: Credentials, session: LinkServerSession) {
    self.number = number
    self.credentials = credentials
    workerID = credentials.workerID ?? ""
    self.session = session
    handler = session.handler
  }

  func send(_ command: WorkerCommand) {
    session?.onEventLoop { [self] session in
      session.sender.send(LinkFrame(call: number, .message(session.coder.encode(command.encoded()))))
    }
  }

  func close() {
    session?.onEventLoop { $0.close(self) }
  }

  /// Called once, on the event loop.
  func ended() {
    handler.commandChannelClosed(self)
  }
}
