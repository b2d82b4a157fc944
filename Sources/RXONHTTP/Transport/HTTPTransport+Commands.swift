import NIOCore
import NIOHTTP1
public import RXON
import Synchronization

extension HTTPTransport {
  public func listenForCommands()
    async throws(TransportError) -> AsyncThrowingStream<WorkerCommand, any Error>
  {
    guard !commands.isClosed else { throw .transportClosed }
    let (stream, continuation) = AsyncThrowingStream<WorkerCommand, any Error>.makeStream(
      bufferingPolicy: .bufferingOldest(options.waitingCommands))
    let token = tokens.current
    let socket = try await dial(with: token) { [commands, options] socket in
      let subscription = CommandSubscription(
        socket: socket, token: token, continuation: continuation, subscriptions: commands,
        malformedCommand: options.malformedCommand)
      return commands.add(subscription) ? subscription : nil
    }
    continuation.onTermination = { _ in socket.close() }
    return stream
  }

  private func dial(
    with token: PresentedToken, accept: @escaping @Sendable (WebSocket) -> (any WebSocketDelegate)?
  ) async throws(TransportError) -> WebSocket {
    let opened = pool.eventLoop.makePromise(of: WebSocket.self)
    let isCancelled = Atomic<Bool>(false)
    let dialer = WebSocketDialer(
      dialler: pool.dialler, target: endpoint.path + RXONProtocol.Path.commands(workerID: workerID),
      headers: identification(token: token.text), options: options, connections: pool.connections)
    dialer.dial(opened) { socket in
      isCancelled.load(ordering: .relaxed) ? nil : accept(socket)
    }
    let result: Result<WebSocket, any Error> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        opened.futureResult.whenComplete { continuation.resume(returning: $0) }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
      opened.fail(TransportError(.unreachable, "the call was cancelled"))
      opened.futureResult.whenSuccess { $0.close() }
    }
    switch result {
    case .success(let socket): return socket
    case .failure(let error as TransportError): throw error
    case .failure(let error): throw TransportError(dialling: endpoint, error)
    }
  }

  public func emitEventUnanswered(_ event: WorkerEventPayload) async -> Bool {
    guard let channel = commands.current, let body = try? signer.encode(event, with: secret(for: channel.token)) else {
      return false
    }
    let socket = channel.socket
    let written = socket.eventLoop.makePromise(of: Void.self)
    socket.send(text: body, promise: written)
    return await withCheckedContinuation { continuation in
      written.futureResult.whenComplete { result in
        if case .success = result {
          continuation.resume(returning: true)
        } else {
          continuation.resume(returning: false)
        }
      }
    }
  }
}
