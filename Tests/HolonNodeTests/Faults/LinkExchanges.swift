import RXONLink

/// Calls over one link, whatever carries its frames.
struct LinkExchanges {
  private var calls: [UInt64: Fault.Call] = [:]

  /// - Returns: whether to cut the line before a message with these frames.
  mutating func takeUp(_ frames: [LinkFrame], _ fault: Fault) -> Bool {
    // Each is looked at, so that its answer is known.
    frames.count { takeUp($0, fault) } > 0
  }

  /// - Returns: where to cut a message with these frames, for the first that ends the exchange at fault; nil: nowhere.
  mutating func takeDown(_ frames: [LinkFrame], _ fault: Fault) -> Fault.Place? {
    for frame in frames {
      if let place = takeDown(frame, fault) { return place }
    }
    return nil
  }

  private mutating func takeUp(_ frame: LinkFrame, _ fault: Fault) -> Bool {
    guard case .begin(let call) = frame.content else { return false }
    calls[frame.call] = Self.call(call.action)
    return fault.strikes(requestOf: calls[frame.call])
  }

  private mutating func takeDown(_ frame: LinkFrame, _ fault: Fault) -> Fault.Place? {
    if case .welcome = frame.content { return fault.strikes(answerTo: .opening) }
    guard case .answer(let answer) = frame.content, let call = calls.removeValue(forKey: frame.call) else { return nil }
    return fault.strikes(answerTo: call, isWorthwhile: answer.status == 200)
  }

  private static func call(_ action: LinkAction) -> Fault.Call {
    switch action {
    case .register: .registration
    case .poll: .poll
    case .result: .result
    case .heartbeat: .heartbeat
    case .event: .event
    case .issueToken: .token
    case .refreshToken: .refresh
    case .commands: .commands
    }
  }
}

/// A link over a WebSocket (RFC 6455), from the request for it on.
struct WebSocketLinkExchanges: ExchangeReader {
  private var handshake = HTTPExchanges()
  private var exchanges = LinkExchanges()
  private var up = WebSocketMessages()
  private var down = WebSocketMessages()

  mutating func takeUp(_ bytes: [UInt8], _ fault: Fault) -> Passage {
    guard handshake.isUpgraded else { return handshake.takeUp(bytes, fault) }
    var passage = Passage()
    for message in up.take(bytes) {
      if exchanges.takeUp(message.linkFrames, fault) {
        passage.cuts = true
        return passage
      }
      passage.bytes += message.bytes
    }
    return passage
  }

  mutating func takeDown(_ bytes: [UInt8], _ fault: Fault) -> Passage {
    var passage = Passage()
    var bytes = bytes
    if !handshake.isUpgraded {
      passage = handshake.takeDown(bytes, fault)
      guard handshake.isUpgraded else { return passage }
      bytes = handshake.takeRest()
    }
    for message in down.take(bytes) {
      switch exchanges.takeDown(message.linkFrames, fault) {
      case nil: passage.bytes += message.bytes
      case .withinAnswer:
        return Passage(bytes: passage.bytes + message.bytes.prefix(message.bytes.count / 2), cuts: true)
      case .afterSending, .beforeSending: return Passage(bytes: passage.bytes, cuts: true)
      }
    }
    return passage
  }
}

/// Cuts one direction of a WebSocket into whole frames.
private struct WebSocketMessages {
  struct Message {
    let bytes: [UInt8]
    let isBinary: Bool
    let payload: [UInt8]

    var linkFrames: [LinkFrame] {
      var frames: [LinkFrame] = []
      if isBinary { try? FrameBatch.forEachFrame(of: payload) { frames.append($0) } }
      return frames
    }
  }

  private var rest: [UInt8] = []

  mutating func take(_ bytes: [UInt8]) -> [Message] {
    rest += bytes
    var messages: [Message] = []
    while let message = next() { messages.append(message) }
    return messages
  }

  private mutating func next() -> Message? {
    guard rest.count >= 2 else { return nil }
    let lengthBytes = [126: 2, 127: 8][rest[1] & 0x7f] ?? 0
    let isMasked = rest[1] & 0x80 != 0
    let header = 2 + lengthBytes + (isMasked ? 4 : 0)
    guard rest.count >= header else { return nil }
    let length =
      lengthBytes == 0 ? Int(rest[1] & 0x7f) : rest[2..<2 + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
    guard rest.count >= header + length else { return nil }
    let mask = isMasked ? Array(rest[header - 4..<header]) : [0, 0, 0, 0]
    let payload = rest[header..<header + length].enumerated().map { $1 ^ mask[$0 % 4] }
    let message = Message(bytes: Array(rest[..<(header + length)]), isBinary: rest[0] & 0x0f == 2, payload: payload)
    rest.removeFirst(header + length)
    return message
  }
}
