import RXON
import RXONSignatures
import Synchronization

/// A message that its sender signs (protocol §3).
protocol SignedMessage: RXONModel {
  /// Top-level members that the signature leaves out.
  static var unsignedMembers: [String] { get }
  var timestamp: Int? { get set }
  var security: SecurityContext? { get set }
  mutating func setSender(_ workerID: String)
}

extension WorkerRegistration: SignedMessage {
  static var unsignedMembers: [String] { [] }
  mutating func setSender(_ workerID: String) { self.workerID = workerID }
}

extension Heartbeat: SignedMessage {
  static var unsignedMembers: [String] { [] }
  mutating func setSender(_ workerID: String) { self.workerID = workerID }
}

extension TaskResult: SignedMessage {
  static var unsignedMembers: [String] { [] }
  mutating func setSender(_ workerID: String) { self.workerID = workerID }
}

extension WorkerEventPayload: SignedMessage {
  static var unsignedMembers: [String] { ["bubbling_chain"] }
  mutating func setSender(_ workerID: String) { self.workerID = workerID }
}

/// Puts identity, timestamp and signature on messages, and encodes them.
final class MessageSigner: Sendable {
  /// How far ahead of the parent's clock heartbeats may be dated to keep them apart; well within its freshness window.
  private static let greatestLead = 30

  private let workerID: String
  private let clock: ParentClock
  private let lastHeartbeat = Mutex(0)

  init(workerID: String, clock: ParentClock) {
    self.workerID = workerID
    self.clock = clock
  }

  func encode(_ message: some SignedMessage, with signer: any Signer) throws(TransportError) -> [UInt8] {
    try sign(message, timestamp: message.timestamp ?? clock.now(), with: signer)
  }

  /// Two equal heartbeats of one second would be one message to the parent, and the second a replay; so no two that are
  /// dated here have the same second.
  func encode(_ heartbeat: Heartbeat, with signer: any Signer) throws(TransportError) -> [UInt8] {
    try sign(heartbeat, timestamp: heartbeat.timestamp ?? nextHeartbeatTime(), with: signer)
  }

  private func nextHeartbeatTime() -> Int {
    let now = clock.now()
    return lastHeartbeat.withLock { last in
      last = min(max(now, last + 1), now + Self.greatestLead)
      return last
    }
  }

  private func sign<Message: SignedMessage>(
    _ message: Message, timestamp: Int, with signer: any Signer
  ) throws(TransportError) -> [UInt8] {
    var message = message
    var security = message.security ?? SecurityContext()
    message.setSender(workerID)
    message.timestamp = timestamp
    message.security = nil
    let unsigned = message.rawJSON()
    do throws(SignatureError) {
      security.signature = try PayloadSignature.sign(unsigned, with: signer, ignoring: Message.unsignedMembers)
    } catch {
      throw TransportError(.unsendable, "the message cannot be signed: \(error)")
    }
    security.signerID = workerID
    return Self.append(security, to: unsigned.bytes)
  }

  /// Adds the member to an object that has others: what was signed is not encoded twice.
  private static func append(_ security: SecurityContext, to object: [UInt8]) -> [UInt8] {
    var bytes = object
    bytes.removeLast()
    bytes += #","security":"#.utf8
    bytes += security.encoded()
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
