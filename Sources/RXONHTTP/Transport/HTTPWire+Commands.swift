import NIOCore
import NIOHTTP1
import RXON
import RXONDialling
import RXONWire
import Synchronization

extension HTTPWire {
  package func openCommands(
    of workerID: String, token: String,
    accept: @escaping @Sendable (any CommandPipe) -> (any CommandPipeDelegate)?
  ) async throws(TransportError) -> any CommandPipe {
    let opened = pool.eventLoop.makePromise(of: WebSocket.self)
    let isCancelled = Atomic<Bool>(false)
    let dialer = WebSocketDialer(
      dialler: pool.dialler, target: endpoint.path + RXONProtocol.Path.commands(workerID: workerID),
      headers: identification(of: workerID, token: token), options: options, connections: pool.connections)
    dialer.dial(opened) { socket in
      guard !isCancelled.load(ordering: .relaxed), let delegate = accept(WebSocketCommandPipe(socket)) else {
        return nil
      }
      return CommandSocketDelegate(delegate)
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
    case .success(let socket): return WebSocketCommandPipe(socket)
    case .failure(let error as TransportError): throw error
    case .failure(let error): throw TransportError(dialling: endpoint, by: options.route, error)
    }
  }
}

/// A command channel over a WebSocket of its own.
private final class WebSocketCommandPipe: CommandPipe {
  private let socket: WebSocket

  init(_ socket: WebSocket) {
    self.socket = socket
  }

  func send(event: [UInt8]) async -> Bool {
    let written = socket.eventLoop.makePromise(of: Void.self)
    socket.send(text: event, promise: written)
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

  func close() {
    socket.close()
  }
}

private struct CommandSocketDelegate: WebSocketDelegate {
  private let delegate: any CommandPipeDelegate

  init(_ delegate: any CommandPipeDelegate) {
    self.delegate = delegate
  }

  func webSocket(_ socket: WebSocket, received text: [UInt8]) {
    delegate.received(command: text)
  }

  func webSocketClosed(_ socket: WebSocket) {
    delegate.pipeClosed()
  }
}
