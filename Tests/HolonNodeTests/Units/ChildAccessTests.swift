import HolonRouting
import Testing

@testable import HolonNode

@Suite("Tokens that are issued here")
struct ChildAccessTests {
  private var access = ChildAccess(secret: ChildAccess.makeSecret())

  /// Performs a change, and returns the token where one was made.
  private func change(
    _ change: ChildAccessChange, of child: String, in access: inout ChildAccess
  ) throws(ChildAccessRefusal) -> String? {
    let plan = try access.plan(change, of: child, at: 1000)
    access.apply(plan.change)
    return plan.token
  }

  @Test("a token is its child's alone, and only a digest of it is kept")
  func token() throws {
    var access = access
    let token = try #require(try change(.issueToken, of: "w1", in: &access))
    #expect(token.utf8.count == 64)
    #expect(access.accepts(token, of: "w1"))
    #expect(!access.accepts(token, of: "w2"))
    #expect(!access.accepts(token + " ", of: "w1"))
    #expect(access["w1"]?.tokenDigest?.contains(token) == false)
    #expect(access.hasTokens)
  }

  @Test("a second token ends the first")
  func secondToken() throws {
    var access = access
    let first = try #require(try change(.issueToken, of: "w1", in: &access))
    let second = try #require(try change(.issueToken, of: "w1", in: &access))
    #expect(!access.accepts(first, of: "w1"))
    #expect(access.accepts(second, of: "w1"))
  }

  @Test("a token of one node means nothing at another, even beside the same digest")
  func otherNode() throws {
    var access = access
    let token = try #require(try change(.issueToken, of: "w1", in: &access))
    let other = ChildAccess(secret: ChildAccess.makeSecret(), records: access.all)
    #expect(!other.accepts(token, of: "w1"))
  }

  @Test("a revoked child gets no token, and is revoked until it is restored")
  func revoked() throws {
    var access = access
    let token = try #require(try change(.issueToken, of: "w1", in: &access))
    _ = try change(.revoke, of: "w1", in: &access)
    #expect(access.isRevoked("w1"))
    #expect(throws: ChildAccessRefusal.revoked("w1")) { try access.plan(.issueToken, of: "w1", at: 1000) }
    _ = try change(.restore, of: "w1", in: &access)
    #expect(!access.isRevoked("w1"))
    #expect(access.accepts(token, of: "w1"))
    #expect(throws: ChildAccessRefusal.notRevoked("w1")) { try access.plan(.restore, of: "w1", at: 1000) }
  }

  @Test("what is no worker id is refused", arguments: ["", "a b", "a/b", "a.b", "ä"])
  func oddIDs(id: String) throws {
    #expect(throws: ChildAccessRefusal.invalidID(id)) { try access.plan(.revoke, of: id, at: 1000) }
  }

  @Test("no more children are taken on record than there may be; those that are there can still be changed")
  func bounded() throws {
    let records = (0..<ChildAccess.capacity).map { ChildAccessRecord(child: "w\($0)") }
    let full = ChildAccess(secret: ChildAccess.makeSecret(), records: records)
    #expect(throws: ChildAccessRefusal.full) { try full.plan(.revoke, of: "another", at: 1000) }
    _ = try full.plan(.revoke, of: "w1", at: 1000)
  }

  @Test("the key and what it is kept in show nothing of it")
  func redacted() {
    let shown = String(reflecting: access) + "\(access)" + String(describing: access.secret)
    #expect(!shown.contains(access.secret.bytes.map(String.init).joined(separator: ", ")))
  }
}
