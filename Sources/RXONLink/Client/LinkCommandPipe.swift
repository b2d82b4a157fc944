import NIOCore
import RXON
import RXONWire

/// A command channel over a link, at the lower end.
final class LinkCommandPipe: CommandPipe, @unchecked Sendable {
  // Unchecked: everything mutable is confined to the event loop.
  private let number: UInt64
  private weak var session: LinkClientSession?
  private let eventLoop: any EventLoop
  var delegate: (any CommandPipeDelegate)?

  init(number: UInt64, session: LinkClientSession, eventLoop: any EventLoop) {
    self.number = number
    self.session = session
    self.eventLoop = eventLoop
  }

  func send(event: [UInt8]) async -> Bool {
    await withCheckedContinuation { continuation in
      onEventLoop { pipe in
        guard let session = pipe.session else { return continuation.resume(returning: false) }
        session.send(event: event, on: pipe.number) { continuation.resume(returning: $0) }
      }
    }
  }

  func close() {
    onEventLoop { $0.session?.closeChannel($0.number) }
  }

  func received(_ command: [UInt8]) {
    delegate?.received(command: command)
  }

  /// Called once.
  func ended() {
    session = nil
    let delegate = delegate
    self.delegate = nil
    delegate?.pipeClosed()
  }

  private func onEventLoop(_ action: @escaping @Sendable (LinkCommandPipe) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }
}
