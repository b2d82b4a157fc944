import RXON
import RXONSignatures
import Synchronization
import TestSupport
import Testing

@testable import HolonNode

/// Calls that no well-behaved client makes, put to the node as its listener would put them.
extension Tree {
  static func credentials(_ workerID: String, token: String = Tree.childToken) -> Credentials {
    Credentials(token: token, workerID: workerID, remoteAddress: "127.0.0.1")
  }

  /// The node's answer to a call with these credentials and this body.
  func answer(to action: ListenerAction, body: RawJSON?, by credentials: Credentials) async throws -> ListenerAnswer {
    let node = try node
    return await withCheckedContinuation { continuation in
      let call = ListenerCall(
        action: action, credentials: credentials, body: body,
        respond: { answer, written in
          written?(true)
          continuation.resume(returning: answer)
        }, watchAbandonment: { _ in })
      node.receive(call)
    }
  }

  /// The failure with which the node answers.
  func refusal(of action: ListenerAction, body: RawJSON?, by credentials: Credentials) async throws -> CallFailure? {
    guard case .failure(let failure) = try await answer(to: action, body: body, by: credentials) else { return nil }
    return failure
  }

  /// The failure with which the node answers a result in these bytes.
  func refusal(ofResult body: RawJSON, by credentials: Credentials) async throws -> CallFailure? {
    try await refusal(of: .result(TaskResult(json: body)), body: body, by: credentials)
  }

  /// Polls for `child` from a connection that breaks just as the answer is written.
  /// - Returns: whether the answer was a task.
  func loseAnswer(ofPollBy child: TestChild, _ whileParked: () async throws -> Void) async throws -> Bool {
    let node = try node
    let answered = Mutex<Bool?>(nil)
    let call = ListenerCall(
      action: .poll(TaskPoll(workerID: child.id, wait: .seconds(20))), credentials: Self.credentials(child.id),
      body: nil,
      respond: { answer, written in
        if case .task = answer { answered.withLock { $0 = true } } else { answered.withLock { $0 = false } }
        written?(false)
      }, watchAbandonment: { _ in })
    node.receive(call)
    try await whileParked()
    return try await found("an answer to the poll") { answered.withLock { $0 } }
  }
}

extension RXONModel {
  /// The message as its sender writes it, signed with `secret`.
  func signed(with secret: String, by signer: String) throws -> RawJSON {
    let unsigned = rawJSON()
    let signature = try PayloadSignature.sign(unsigned, with: HMACSecret(secret))
    return unsigned.setting(
      "security", to: .object(["signature": .string(signature), "signer_id": .string(signer)]))
  }
}
