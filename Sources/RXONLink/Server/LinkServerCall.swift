import NIOCore
import RXONWire

/// A call over a link that waits for its answer. Its methods may be called from any thread.
final class LinkServerCall: @unchecked Sendable {
  // Unchecked: everything mutable is confined to the session's event loop.
  let number: UInt64
  let isPoll: Bool
  private let eventLoop: any EventLoop
  private var session: LinkServerSession?
  private var abandonment: (@Sendable () -> Void)?
  private var isAbandoned = false

  init(number: UInt64, session: LinkServerSession, eventLoop: any EventLoop, isPoll: Bool) {
    self.number = number
    self.session = session
    self.eventLoop = eventLoop
    self.isPoll = isPoll
  }

  func answer(_ answer: WireAnswer, _ written: (@Sendable (Bool) -> Void)?) {
    onEventLoop { call in
      guard let session = call.session else {
        written?(false)
        return
      }
      call.session = nil
      call.abandonment = nil
      session.answer(call, answer, written)
    }
  }

  func onAbandoned(_ action: @escaping @Sendable () -> Void) {
    onEventLoop { call in
      if call.isAbandoned {
        action()
      } else if call.session != nil {
        call.abandonment = action
      }
    }
  }

  /// The caller is gone. On the event loop.
  func abandon() {
    guard session != nil else { return }
    session = nil
    isAbandoned = true
    let action = abandonment
    abandonment = nil
    action?()
  }

  private func onEventLoop(_ action: @escaping @Sendable (LinkServerCall) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }
}
