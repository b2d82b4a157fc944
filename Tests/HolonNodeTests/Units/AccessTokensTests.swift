import Testing

@testable import HolonNode

@Suite("Access tokens")
struct AccessTokensTests {
  private let tokens = AccessTokens { $0 == "stranger" ? nil : "secret of \($0)" }

  @Test("a token names its worker until it expires")
  func lifetime() throws {
    let issued = try #require(tokens.issue(to: "w1", at: 1000))
    #expect(issued.expiresIn == 3600)
    #expect(tokens.inspect(issued.accessToken, kind: .access, at: 1000) == .valid(workerID: "w1"))
    #expect(tokens.inspect(issued.accessToken, kind: .access, at: 4599) == .valid(workerID: "w1"))
    #expect(tokens.inspect(issued.accessToken, kind: .access, at: 4600) == .expired)
  }

  @Test("a refresh token lives for a day, and is no access token")
  func refresh() throws {
    let token = try #require(tokens.issue(to: "w1", at: 1000)?.refreshToken)
    #expect(tokens.inspect(token, kind: .refresh, at: 87_399) == .valid(workerID: "w1"))
    #expect(tokens.inspect(token, kind: .refresh, at: 87_400) == .expired)
    #expect(tokens.inspect(token, kind: .access, at: 1000) == .foreign)
  }

  @Test("a token is worth nothing once the worker's configured token changed")
  func revoked() throws {
    let issued = try #require(tokens.issue(to: "w1", at: 1000))
    let changed = AccessTokens { _ in "another secret" }
    #expect(changed.inspect(issued.accessToken, kind: .access, at: 1000) == .foreign)
  }

  @Test("a forged token is foreign, whatever was changed")
  func forged() throws {
    let token = try #require(tokens.issue(to: "w1", at: 1000)).accessToken
    let forgeries = [
      token.replacing("w1", with: "w2"), token.replacing(".4600.", with: ".9999."), String(token.dropLast()),
      token + "0", "", "....", "holon1.access.w1.99999999999999999999.00",
    ]
    for forgery in forgeries { #expect(tokens.inspect(forgery, kind: .access, at: 1000) == .foreign) }
  }

  @Test("none is issued to a worker without a configured token")
  func stranger() {
    #expect(tokens.issue(to: "stranger", at: 1000) == nil)
  }
}
