import HolonRouting
import Testing

@testable import HolonNode

@Suite("Access tokens")
struct AccessTokensTests {
  private let access = ChildAccess(secret: NodeSecret(Array(repeating: 7, count: 32)))
  private let w1 = AccessTokens.Owner(workerID: "w1", isCertified: false)

  private func tokens(
    _ access: ChildAccess? = nil, secretOf: @escaping (String) -> String? = { "secret of \($0)" }
  ) -> AccessTokens {
    AccessTokens(access: access ?? self.access, accessLife: 3600, refreshLife: 86_400, secretOf: secretOf)
  }

  @Test("a token names its worker until it expires")
  func lifetime() throws {
    let issued = try #require(tokens().issue(to: w1, at: 1000))
    #expect(issued.expiresIn == 3600)
    #expect(tokens().inspect(issued.accessToken, kind: .access, at: 1000) == .valid(w1))
    #expect(tokens().inspect(issued.accessToken, kind: .access, at: 4599) == .valid(w1))
    #expect(tokens().inspect(issued.accessToken, kind: .access, at: 4600) == .expired(w1))
  }

  @Test("a refresh token lives for longer, and is no access token")
  func refresh() throws {
    let token = try #require(tokens().issue(to: w1, at: 1000)?.refreshToken)
    #expect(tokens().inspect(token, kind: .refresh, at: 87_399) == .valid(w1))
    #expect(tokens().inspect(token, kind: .refresh, at: 87_400) == .expired(w1))
    #expect(tokens().inspect(token, kind: .access, at: 1000) == .foreign)
  }

  @Test("a worker without any configured token gets one too")
  func withoutConfiguredToken() throws {
    let owner = AccessTokens.Owner(workerID: "w1", isCertified: true)
    let issued = try #require(tokens { _ in nil }.issue(to: owner, at: 1000))
    #expect(tokens { _ in nil }.inspect(issued.accessToken, kind: .access, at: 1000) == .valid(owner))
  }

  @Test("a token is worth nothing once the worker's configured token changed")
  func changedToken() throws {
    let issued = try #require(tokens().issue(to: w1, at: 1000))
    #expect(tokens { _ in "another secret" }.inspect(issued.accessToken, kind: .access, at: 1000) == .foreign)
    #expect(tokens { _ in nil }.inspect(issued.accessToken, kind: .access, at: 1000) == .foreign)
  }

  @Test("a token is worth nothing once its worker was revoked, also after it was let in again")
  func revoked() throws {
    let issued = try #require(tokens().issue(to: w1, at: 1000))
    var changed = access
    changed.apply(.childRevoked(child: "w1", at: 1001))
    #expect(tokens(changed).inspect(issued.accessToken, kind: .access, at: 1002) == .foreign)
    changed.apply(.childRestored(child: "w1"))
    #expect(tokens(changed).inspect(issued.accessToken, kind: .access, at: 1002) == .foreign)
    #expect(tokens(changed).inspect(try #require(issued.refreshToken), kind: .refresh, at: 1002) == .foreign)
  }

  @Test("a token of another node is foreign")
  func anotherNode() throws {
    let issued = try #require(tokens().issue(to: w1, at: 1000))
    let other = ChildAccess(secret: ChildAccess.makeSecret())
    #expect(tokens(other).inspect(issued.accessToken, kind: .access, at: 1000) == .foreign)
  }

  @Test("a forged token is foreign, whatever was changed")
  func forged() throws {
    let token = try #require(tokens().issue(to: w1, at: 1000)).accessToken
    let forgeries = [
      token.replacing("w1", with: "w2"), token.replacing(".4600.", with: ".9999."), token.replacing(".b.", with: ".c."),
      String(token.dropLast()), token + "0", "", "....", ".....", "holon2.access.w1.b.99999999999999999999.00",
    ]
    for forgery in forgeries { #expect(tokens().inspect(forgery, kind: .access, at: 1000) == .foreign) }
  }
}
