import Foundation

/// Calls over HTTP/1.1, one after the other on each connection. What follows an upgrade passes unread.
struct HTTPExchanges: ExchangeReader {
  private var up = HTTPMessages()
  private var down = HTTPMessages()
  private var call: Fault.Call?
  private(set) var isUpgraded = false

  mutating func takeUp(_ bytes: [UInt8], _ fault: Fault) -> Passage {
    guard !isUpgraded else { return Passage(bytes: bytes) }
    var passage = Passage()
    for request in up.take(bytes) {
      call = Self.call(request.firstLine)
      if fault.strikes(requestOf: call) {
        passage.cuts = true
        return passage
      }
      passage.bytes += request.bytes
    }
    return passage
  }

  mutating func takeDown(_ bytes: [UInt8], _ fault: Fault) -> Passage {
    guard !isUpgraded else { return Passage(bytes: takeRest() + bytes) }
    var passage = Passage()
    for answer in down.take(bytes) {
      let status = answer.firstLine.split(separator: " ").dropFirst().first ?? ""
      let isWorthwhile = status == "200" || status == "101"
      switch fault.strikes(answerTo: call, isWorthwhile: isWorthwhile) {
      case nil: passage.bytes += answer.bytes
      case .withinAnswer: return Passage(bytes: passage.bytes + answer.bytes.prefix(answer.bytes.count / 2), cuts: true)
      case .afterSending, .beforeSending: return Passage(bytes: passage.bytes, cuts: true)
      }
      isUpgraded = status == "101"
    }
    if isUpgraded, call == .commands { passage.bytes += takeRest() }
    return passage
  }

  /// What came behind the answer that upgraded the connection.
  mutating func takeRest() -> [UInt8] { down.takeRest() }

  private static func call(_ line: String) -> Fault.Call? {
    let parts = line.split(separator: " ")
    guard parts.count > 1 else { return nil }
    let path = parts[1].prefix { $0 != "?" }
    return switch (parts[0], path) {
    case (_, "/_worker/workers/register"): .registration
    case (_, "/_worker/tasks/result"), (_, "/_holon/results"): .result
    case (_, "/_worker/events"): .event
    case (_, "/_worker/auth/token"): .token
    case (_, "/_worker/auth/token/refresh"): .refresh
    case ("PATCH", _): .heartbeat
    case (_, _) where path.hasSuffix("/tasks/next"): .poll
    case (_, _) where path.hasPrefix("/_worker/ws/"): .commands
    case (_, _) where path.hasPrefix("/_worker/link/"): .opening
    default: nil
    }
  }
}

/// Cuts one direction of a connection into whole messages.
private struct HTTPMessages {
  struct Message {
    let firstLine: String
    let bytes: [UInt8]
  }

  /// What belongs to no whole message yet.
  private var rest: [UInt8] = []

  mutating func takeRest() -> [UInt8] {
    defer { rest = [] }
    return rest
  }

  mutating func take(_ bytes: [UInt8]) -> [Message] {
    rest += bytes
    var messages: [Message] = []
    while let message = next() { messages.append(message) }
    return messages
  }

  private mutating func next() -> Message? {
    let end: [UInt8] = [13, 10, 13, 10]
    guard let head = rest.firstRange(of: end) else { return nil }
    let lines = String(decoding: rest[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let length = lines.lazy.compactMap { line -> Int? in
      guard line.lowercased().hasPrefix("content-length:") else { return nil }
      return Int(line.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
    }.first
    let size = head.upperBound + (length ?? 0)
    guard rest.count >= size else { return nil }
    let message = Message(firstLine: lines[0], bytes: Array(rest[..<size]))
    rest.removeFirst(size)
    return message
  }
}
