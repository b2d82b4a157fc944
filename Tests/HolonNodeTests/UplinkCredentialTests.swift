import RXON
import Synchronization
import TestSupport
import Testing

@testable import HolonNode

@Suite("Credentials at a parent")
struct UplinkCredentialTests {
  /// A parent's memory of the tokens that it issued.
  private final class Tokens: Sendable {
    struct State {
      var accepted: Set<String> = [Tree.uplinkToken]
      var refreshTokens: Set<String> = []
      var issuesTokens = true
      var lifetime = 3600
      var count = 0
      var refreshes = 0
      var refusals = 0

      mutating func issue() -> TokenResponse {
        count += 1
        accepted.insert("access-\(count)")
        refreshTokens.insert("refresh-\(count)")
        return TokenResponse(
          accessToken: "access-\(count)", expiresIn: lifetime, workerID: Tree.nodeID,
          refreshToken: "refresh-\(count)")
      }
    }

    let state: Mutex<State>

    init(_ state: State = State()) {
      self.state = Mutex(state)
    }

    var refusals: Int { state.withLock { $0.refusals } }
    var refreshes: Int { state.withLock { $0.refreshes } }
    /// The last that was issued.
    var newest: String { state.withLock { "access-\($0.count)" } }

    /// All that was issued is forgotten, and nothing more is.
    func lose() {
      state.withLock { state in
        state.accepted = [Tree.uplinkToken]
        state.refreshTokens = []
        state.issuesTokens = false
      }
    }

    func answer(_ call: ListenerCall) -> ListenerAnswer? {
      state.withLock { state in
        if case .refreshToken(let token) = call.action {
          guard state.refreshTokens.remove(token) != nil else { return Self.refusal(403) }
          state.refreshes += 1
          return .token(state.issue())
        }
        guard let presented = call.credentials.token, state.accepted.contains(presented) else {
          state.refusals += 1
          return Self.refusal(401)
        }
        switch call.action {
        case .issueToken: return state.issuesTokens ? .token(state.issue()) : Self.refusal(403)
        case .register where state.issuesTokens: return .registered(RegistrationReply(token: state.issue()))
        default: return nil
        }
      }
    }

    private static func refusal(_ status: Int) -> ListenerAnswer {
      .failure(CallFailure(status: status, "Unauthorized"))
    }
  }

  @Test("a parent that lost every token is met with the configured one, and gets its results")
  func parentLostTokens() async throws {
    let tokens = Tokens()
    try await withTree(prepare: { $0.guardCalls(tokens.answer) }) { tree in
      let child = try await tree.child(holding: "t1")
      _ = try await found("a heartbeat with an access token") {
        tree.parent.heard.heartbeats.first { $0.credentials.token == tokens.newest }
      }
      tokens.lose()
      #expect(try await child.answer("t1") == .accepted)
      let result = try await found("the result") {
        tree.parent.results(of: "t1").first { $0.credentials.token == Tree.uplinkToken }
      }
      #expect(result.message.status == TaskStatus.success)
      #expect(tokens.refusals > 0)
      _ = try await found("a heartbeat with the configured token") {
        tree.parent.heard.heartbeats.first { $0.credentials.token == Tree.uplinkToken }
      }
      tree.parent.endPolls()
      tree.parent.hand(task("t2"))
      #expect(try await child.poll()?.payload.taskID == "t2")
    }
  }

  @Test("an access token is refreshed before it ends, again and again, so that no call is refused")
  func refreshedInTime() async throws {
    let tokens = Tokens(Tokens.State(lifetime: 8))
    try await withTree(prepare: { $0.guardCalls(tokens.answer) }) { tree in
      try await eventually("it was refreshed twice", within: .seconds(40)) { tokens.refreshes >= 2 }
      _ = try await found("a heartbeat with the newest token") {
        tree.parent.heard.heartbeats.first { $0.credentials.token == tokens.newest }
      }
      #expect(tokens.refusals == 0)
      #expect(tree.parent.heard.registrations.count == 1)
    }
  }

  @Test("a refresh that the parent forbids leads to a new token for the configured one, before any call is refused")
  func refreshForbidden() async throws {
    let tokens = Tokens(Tokens.State(lifetime: 8))
    try await withTree(prepare: { $0.guardCalls(tokens.answer) }) { tree in
      try await eventually("the node is registered") { tokens.newest == "access-1" }
      tokens.state.withLock { state in
        state.refreshTokens = []
        state.lifetime = 3600
      }
      _ = try await found("a heartbeat with the next token") {
        tree.parent.heard.heartbeats.first { $0.credentials.token == "access-2" }
      }
      #expect(tokens.refreshes == 0)
      #expect(tokens.refusals == 0)
    }
  }
}
