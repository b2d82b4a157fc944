import Testing

@testable import HolonNode

@Suite("The access tokens of before")
struct RecentAccessTokensTests {
  private let owner = AccessTokens.Owner(workerID: "w1", isCertified: false)

  @Test("the last eight are known, each for one life after its end, and for a minute at least")
  func bounded() {
    var recent = RecentAccessTokens()
    for end in [100, 200, 300, 400, 500] { recent.note(owner, ends: end) }
    recent.note(owner, ends: 500)
    #expect(recent.ends(of: owner, life: 1000, at: 500) == [100, 200, 300, 400, 500])
    #expect(recent.ends(of: owner, life: 100, at: 399) == [300, 400, 500])
    #expect(recent.ends(of: owner, life: 1, at: 499) == [500])
    #expect(recent.ends(of: owner, life: 1, at: 560).isEmpty)
    for end in [600, 700, 800, 900] { recent.note(owner, ends: end) }
    #expect(recent.ends(of: owner, life: 1000, at: 500) == Array(stride(from: 200, through: 900, by: 100)))
    #expect(recent.ends(of: AccessTokens.Owner(workerID: "w1", isCertified: true), life: 1000, at: 500).isEmpty)
  }

  @Test("a new child finds room, however many there were")
  func manyChildren() {
    var recent = RecentAccessTokens()
    for number in 0..<20_010 {
      let owner = AccessTokens.Owner(workerID: "w\(number)", isCertified: false)
      recent.note(owner, ends: 100)
      #expect(recent.ends(of: owner, life: 100, at: 100) == [100])
    }
  }
}
