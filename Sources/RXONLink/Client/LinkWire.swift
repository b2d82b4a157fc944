import NIOCore
import RXON
import RXONWire
import Synchronization

/// A link as the wire of one or more workers to one parent: opened by the first call, and again by the first after it was
/// lost.
///
/// When certificates were exchanged, a call that finds nothing under way but polls retires the link and opens a new one.
/// The parent knows a link by the certificate that it was opened with, and refuses its calls from that one's end. So it
/// is when the worker that opened it has left: while the link lives, the parent takes that worker to be alive.
///
/// ``send(_:)`` and the others may be called from any thread; all else is confined to the event loop.
package final class LinkWire: Wire, @unchecked Sendable {
  // Unchecked: everything mutable is confined to `eventLoop`.
  /// For how long a link on which something is always under way may go on when it is to be opened anew.
  private static let patience = TimeAmount.seconds(60)

  private enum State {
    case idle
    case opening
    case open(LinkClientSession)
    /// Takes no calls any more; they wait for the next.
    case retiring(LinkClientSession)
    case closed

    var session: LinkClientSession? {
      switch self {
      case .open(let session), .retiring(let session): session
      case .idle, .opening, .closed: nil
      }
    }
  }

  let eventLoop: any EventLoop
  private let opener: any LinkOpener
  private let options: LinkOptions
  private let absence = Atomic<Bool>(false)
  /// The parent's.
  package let clock: ParentClock
  private var state = State.idle
  /// The worker as which the link was opened, or is being opened.
  private var openedBy: String?
  /// Of that link.
  private var encryption: (any AnyObject & Sendable)?
  /// Since when the link is to be opened anew: certificates were exchanged, or who opened it has left.
  private var outdatedSince: NIODeadline?
  /// Calls that no session has taken yet, by their order.
  private var waiting = CircularBuffer<LinkClientCall>()
  private var closing: [EventLoopPromise<Void>] = []

  package init(
    opener: any LinkOpener, eventLoop: any EventLoop, options: LinkOptions, clock: ParentClock = ParentClock()
  ) {
    self.opener = opener
    self.eventLoop = eventLoop
    self.options = options
    self.clock = clock
  }

  // MARK: - From any thread

  /// The last attempt to open the link was answered that there is no such thing.
  package var isAbsent: Bool { absence.load(ordering: .relaxed) }

  package func send(_ call: WireCall) async throws(TransportError) -> WireReply {
    let pending = LinkClientCall(
      .call(call), workerID: call.workerID, token: call.token, timeout: options.timeout(of: call.action))
    return try await answer(to: pending).get()
  }

  /// As ``send(_:)``, for who waits otherwise.
  package func submit(
    _ call: WireCall, completion: @escaping @Sendable (Result<WireReply, TransportError>) -> Void
  ) {
    let pending = LinkClientCall(
      .call(call), workerID: call.workerID, token: call.token, timeout: options.timeout(of: call.action))
    onEventLoop { wire in
      pending.begin(completion)
      wire.submit(pending)
    }
  }

  package func confirm(_ receipts: [TaskReceipt], of workerID: String, token: String) {
    onEventLoop { wire in
      wire.state.session?.confirm(receipts, of: workerID, token: token)
    }
  }

  package func openCommands(
    of workerID: String, token: String,
    accept: @escaping @Sendable (any CommandPipe) -> (any CommandPipeDelegate)?
  ) async throws(TransportError) -> any CommandPipe {
    let opened = OpenedPipe()
    let pending = LinkClientCall(
      .commands { pipe in
        opened.pipe = pipe
        return accept(pipe)
      }, workerID: workerID, token: token, timeout: options.callTimeout)
    _ = try await answer(to: pending).get()
    guard let pipe = opened.pipe else { throw .transportClosed }
    return pipe
  }

  /// Set on the event loop before the call ends, and read after that.
  private final class OpenedPipe: @unchecked Sendable {
    var pipe: (any CommandPipe)?
  }

  package func leave(_ workerID: String) async {
    try? await eventLoop.submit { [self] in
      for call in waiting where call.workerID == workerID { call.end(.failure(.transportClosed)) }
      state.session?.leave(workerID)
      if workerID == openedBy {
        outdatedSince = .now()
        retireIfDue()
      }
    }.get()
  }

  package func close() async {
    let closed = eventLoop.makePromise(of: Void.self)
    onEventLoop { wire in
      let former = wire.state
      wire.state = .closed
      wire.failWaiting(.transportClosed)
      guard let session = former.session, !session.isOver else { return closed.succeed() }
      wire.closing.append(closed)
      session.close(.finished)
    }
    try? await closed.futureResult.get()
  }

  /// - Parameter isolation: the caller's, which this function does not leave: a caller on the loop stays there.
  private func answer(
    to call: LinkClientCall, isolation: isolated (any Actor)? = #isolation
  ) async -> LinkClientCall.Outcome {
    await withTaskCancellationHandler {
      // The capture is what keeps the closure on the caller's executor.
      _ = isolation
      return await withCheckedContinuation(isolation: isolation) { continuation in
        onEventLoop { wire in
          call.begin { continuation.resume(returning: $0) }
          wire.submit(call)
        }
      }
    } onCancel: {
      onEventLoop { _ in call.abandon(call.cancellation) }
    }
  }

  private func onEventLoop(_ action: @escaping @Sendable (LinkWire) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }

  // MARK: - On the event loop

  var isClosed: Bool {
    if case .closed = state { return true }
    return false
  }

  private func submit(_ call: LinkClientCall) {
    guard !call.isOver else { return }
    call.startTimer(on: eventLoop)
    switch state {
    case .closed: call.end(.failure(.transportClosed))
    case .open(let session) where isDue(session):
      waiting.append(call)
      retire(session)
    case .open(let session) where session.hasRoom(for: call): session.start(call)
    case .open, .opening, .retiring: waiting.append(call)
    case .idle:
      waiting.append(call)
      open(for: call)
    }
  }

  /// Whether the link is to be retired now.
  private func isDue(_ session: LinkClientSession) -> Bool {
    if outdatedSince == nil, encryption !== opener.encryption { outdatedSince = .now() }
    guard let outdatedSince else { return false }
    return !session.isBusy || .now() - outdatedSince > Self.patience
  }

  private func retireIfDue() {
    if case .open(let session) = state, isDue(session) { retire(session) }
  }

  private func retire(_ session: LinkClientSession) {
    state = .retiring(session)
    session.retire()
  }

  private func open(for call: LinkClientCall) {
    state = .opening
    openedBy = call.workerID
    encryption = opener.encryption
    outdatedSince = nil
    let opening = LinkOpening(workerID: call.workerID, token: call.token, features: options.features)
    opener.open(opening, on: eventLoop) { [self] pipe in accept(pipe, opening) }
      .assumeIsolated().whenFailure { [self] error in
        guard case .opening = state else { return }
        state = .idle
        let error = error as? TransportError ?? TransportError(.unreachable, "\(error)")
        absence.store(error.kind == .notFound, ordering: .relaxed)
        if error.isAboutCaller { refuse(opening, error) } else { failWaiting(error) }
      }
  }

  /// Who was not admitted is told so; the next one may be.
  private func refuse(_ opening: LinkOpening, _ error: TransportError) {
    func isRefused(_ call: LinkClientCall) -> Bool {
      call.workerID == opening.workerID && call.token == opening.token
    }
    let refused = waiting.filter(isRefused)
    waiting.removeAll { isRefused($0) || $0.isOver }
    if let next = waiting.first { open(for: next) }
    for call in refused { call.end(.failure(error)) }
  }

  private func accept(_ pipe: any LinkPipe, _ opening: LinkOpening) -> (any LinkEnd)? {
    guard case .opening = state else { return nil }
    return LinkClientSession(pipe: pipe, opening: opening, options: options, clock: clock, wire: self)
  }

  private func failWaiting(_ error: TransportError) {
    let calls = waiting
    waiting.removeAll()
    for call in calls { call.end(.failure(error)) }
  }

  // MARK: Told by the session

  func opened(_ session: LinkClientSession) {
    guard case .opening = state else { return session.close(.finished) }
    state = .open(session)
    absence.store(false, ordering: .relaxed)
    hasRoom()
    // The worker as which it was opened may have left meanwhile.
    if outdatedSince != nil { retireIfDue() }
  }

  /// Calls that wait may be taken now.
  func hasRoom() {
    guard case .open(let session) = state, !waiting.isEmpty else { return }
    let calls = waiting
    waiting.removeAll()
    for call in calls where !call.isOver {
      if session.isOver {
        call.end(.failure(.lostBeforeSending))
      } else if session.hasRoom(for: call) {
        session.start(call)
      } else {
        waiting.append(call)
      }
    }
  }

  func closed(_ session: LinkClientSession) {
    let waiters = closing
    closing = []
    for waiter in waiters { waiter.succeed() }
    switch state {
    case .closed: break
    case .retiring:
      state = .idle
      if let next = waiting.first(where: { !$0.isOver }) { open(for: next) }
    case .idle, .opening, .open:
      state = .idle
      failWaiting(.lostBeforeSending)
    }
  }
}

extension TransportError {
  fileprivate static var lostBeforeSending: TransportError {
    TransportError(.unreachable, "the link was lost before the call was sent")
  }

  /// Another caller may be treated otherwise.
  fileprivate var isAboutCaller: Bool {
    switch kind {
    case .unauthorized, .forbidden, .rateLimited: true
    default: false
    }
  }
}

extension LinkOptions {
  fileprivate func timeout(of action: WireCall.Action) -> TimeAmount {
    switch action {
    case .register, .heartbeat: presenceTimeout
    case .poll(let terms): TimeAmount(terms.wait) + pollGrace
    case .result, .event, .issueToken, .refreshToken: callTimeout
    }
  }
}
