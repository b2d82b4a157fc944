import NIOCore
import NIOHTTP1
import RXON
import RXONDialling
import RXONLZ4
import RXONTLS
import RXONWire

/// Kept-alive connections to one endpoint, on one event loop.
///
/// ``submit(_:completion:)``, ``cancel(_:)`` and ``close()`` may be called from any thread; all else is confined to the
/// loop.
package final class HTTPConnectionPool: @unchecked Sendable {
  // Unchecked: everything mutable is confined to `eventLoop`.
  let eventLoop: any EventLoop
  let dialler: Dialler
  let options: HTTPTransportOptions
  let connections: SupervisedConnections
  /// Nil where bodies are not compressed.
  let bodies: BodyCompression?
  /// The parent has said that it takes `lz4`.
  var parentTakesLZ4 = false
  /// The last one used is used next, so that connections which are not needed grow old.
  private var idle: [HTTPClientConnection] = []
  private var waiting = CircularBuffer<HTTPClientCall>()
  private var waitingPolls = CircularBuffer<HTTPClientCall>()
  private var openConnections = 0
  private var connecting = 0
  private var activePolls = 0
  private(set) var isClosed = false

  package init(dialler: Dialler, eventLoop: any EventLoop, options: HTTPTransportOptions) {
    self.dialler = dialler
    self.eventLoop = eventLoop
    self.options = options
    connections = SupervisedConnections(eventLoop: eventLoop)
    bodies = options.compression.flatMap { statistics in
      (try? LZ4Frame()).map { BodyCompression(frames: $0, statistics: statistics) }
    }
  }

  // MARK: - From any thread

  /// Sends a call and waits for its end; cancelling the task ends it.
  /// - Parameter isolation: the caller's, which this function does not leave: a caller on the pool's loop stays there.
  func answer(
    to call: HTTPClientCall, isolation: isolated (any Actor)? = #isolation
  ) async -> Result<HTTPClientResponse, TransportError> {
    await withTaskCancellationHandler {
      // The capture is what keeps the closure on the caller's executor.
      _ = isolation
      return await withCheckedContinuation(isolation: isolation) { continuation in
        submit(call) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      cancel(call)
    }
  }

  package func submit(_ call: HTTPClientCall, completion: @escaping HTTPClientCall.Completion) {
    onEventLoop { pool in
      call.begin(completion)
      if call.isCancelled {
        call.end(.failure(call.cancellation))
      } else if pool.isClosed {
        call.end(.failure(.transportClosed))
      } else {
        pool.enqueue(call)
        pool.serve()
      }
    }
  }

  func cancel(_ call: HTTPClientCall) {
    onEventLoop { _ in call.cancel() }
  }

  /// Ends all calls and connections. The future succeeds when none is left.
  package func close() -> EventLoopFuture<Void> {
    eventLoop.flatSubmit {
      self.isClosed = true
      let abandoned = Array(self.waiting) + Array(self.waitingPolls)
      self.waiting.removeAll()
      self.waitingPolls.removeAll()
      for call in abandoned {
        call.end(.failure(.transportClosed))
      }
      self.connections.closeAll()
      return self.connections.drain()
    }
  }

  /// Ends the calls of one worker; the connections serve on for others.
  func abandonCalls(of workerID: String) -> EventLoopFuture<Void> {
    eventLoop.submit {
      let waiting = Array(self.waiting) + Array(self.waitingPolls)
      let active = self.connections.all.compactMap { ($0 as? HTTPClientConnection)?.call }
      for call in waiting + active where call.workerID == workerID { call.abandon(.transportClosed) }
    }
  }

  private func onEventLoop(_ action: @escaping @Sendable (HTTPConnectionPool) -> Void) {
    if eventLoop.inEventLoop {
      action(self)
    } else {
      eventLoop.execute { action(self) }
    }
  }

  // MARK: - Handing out

  private func enqueue(_ call: HTTPClientCall) {
    if call.isPoll {
      waitingPolls.append(call)
    } else {
      waiting.append(call)
    }
  }

  /// Starts waiting calls as long as there are connections, and dials for the rest.
  private func serve() {
    while let connection = takeIdle() {
      guard let call = takeWaiting() else {
        idle.append(connection)
        break
      }
      start(call, on: connection)
    }
    let demand = waiting.count + min(waitingPolls.count, max(0, options.pollConnections - activePolls))
    while connecting < demand, openConnections + connecting < options.connections {
      dial()
    }
    watchWaiting()
  }

  private func start(_ call: HTTPClientCall, on connection: HTTPClientConnection) {
    call.waitingTimer?.cancel()
    call.waitingTimer = nil
    if call.isPoll {
      activePolls += 1
    }
    connection.start(call)
  }

  private func takeIdle() -> HTTPClientConnection? {
    while let connection = idle.popLast() {
      if connection.isUsable { return connection }
      connection.closeNow()
    }
    return nil
  }

  private func takeWaiting() -> HTTPClientCall? {
    while let call = waiting.popFirst() {
      if !call.isOver { return call }
    }
    while activePolls < options.pollConnections, let call = waitingPolls.popFirst() {
      if !call.isOver { return call }
    }
    return nil
  }

  /// A call that has to wait for a connection must not wait beyond its time.
  private func watchWaiting() {
    for call in [waiting.last, waitingPolls.last] {
      guard let call, call.waitingTimer == nil, !call.isOver else { continue }
      call.waitingTimer = eventLoop.scheduleTask(deadline: call.deadline) {
        call.end(.failure(TransportError(.unreachable, "no connection became free in time")))
      }
    }
  }

  // MARK: - Told by connections

  /// The call left its connection, with an answer or without.
  func callEnded(_ call: HTTPClientCall) {
    if call.isPoll {
      activePolls -= 1
    }
  }

  /// The call left its connection before it was sent, or may be sent again.
  func callReturned(_ call: HTTPClientCall) {
    callEnded(call)
    if isClosed {
      call.end(.failure(.transportClosed))
      return
    }
    enqueue(call)
    serve()
  }

  func becameIdle(_ connection: HTTPClientConnection) {
    idle.append(connection)
    serve()
  }

  func connectionClosed(_ connection: HTTPClientConnection) {
    openConnections -= 1
    idle.removeAll { $0 === connection }
    if !isClosed {
      eventLoop.assumeIsolated().execute { self.serve() }
    }
  }

  // MARK: - Dialling

  private func dial() {
    connecting += 1
    let tls = dialler.tls?.current
    dialler.dial(on: eventLoop).assumeIsolated().whenComplete { self.dialled($0, tls: tls) }
  }

  private func dialled(_ result: Result<any Channel, any Error>, tls: TLSClientContext?) {
    connecting -= 1
    do {
      let channel = try result.get()
      guard !isClosed else {
        channel.close(promise: nil)
        return
      }
      let connection = HTTPClientConnection(pool: self, tls: tls, limit: options.answerSize)
      openConnections += 1
      try channel.pipeline.syncOperations.addHandlers(Self.codec() + [connection])
      idle.append(connection)
      serve()
    } catch {
      failWaiting(error as? TransportError ?? TransportError(dialling: dialler.endpoint, by: dialler.route, error))
    }
  }

  private static func codec() -> [any ChannelHandler] {
    var encoding = HTTPRequestEncoder.Configuration()
    encoding.automaticallySetFramingHeaders = false
    return [
      HTTPRequestEncoder(configuration: encoding),
      ByteToMessageHandler(
        HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop)),
    ]
  }

  /// Each dial is made for one waiting call; where it fails, one of them fails.
  private func failWaiting(_ error: TransportError) {
    takeWaiting()?.end(.failure(error))
    serve()
  }
}
