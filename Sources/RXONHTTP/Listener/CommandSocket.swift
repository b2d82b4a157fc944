import RXON

/// The command channel of a child over its WebSocket.
final class CommandSocket: CommandChannel, WebSocketDelegate {
  let credentials: Credentials
  let workerID: String
  private let socket: WebSocket
  private let handler: any ListenerHandler
  private let malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?

  init(
    socket: WebSocket, credentials: Credentials, workerID: String, handler: any ListenerHandler,
    malformedEvent: (@Sendable (_ workerID: String, _ problem: String) -> Void)?
  ) {
    self.socket = socket
    self.credentials = credentials
    self.workerID = workerID
    self.handler = handler
    self.malformedEvent = malformedEvent
  }

  func send(_ command: WorkerCommand) {
    socket.send(text: command.encoded())
  }

  func close() {
    socket.close()
  }

  func webSocket(_ socket: WebSocket, received text: [UInt8]) {
    do {
      let body = try RawJSON(validating: text)
      handler.receiveUnanswered(try WorkerEventPayload(json: body), body: body, from: self)
    } catch {
      malformedEvent?(workerID, "\(error)")
    }
  }

  func webSocketClosed(_ socket: WebSocket) {
    handler.commandChannelClosed(self)
  }
}
