import Testing

@testable import HolonNode

@Suite("When a certificate's end is told")
struct ExpiryNoticesTests {
  private static let day = 86_400
  private static let end = 1000 * day

  @Test(
    "30 days before, 7 days, 1 day, and once it is over",
    arguments: [
      (31 * day, nil), (30 * day, .month), (8 * day, .month), (7 * day, .week), (day, .day), (1, .day), (0, .over),
      (-day, .over),
    ] as [(Int, ExpiryNotices.Urgency?)])
  func urgency(_ left: Int, _ expected: ExpiryNotices.Urgency?) {
    var notices = ExpiryNotices()
    #expect(notices.due(for: "a", expires: Self.end, at: Self.end - left)?.urgency == expected)
  }

  @Test("each once for a certificate, and again for the next one")
  func once() {
    var notices = ExpiryNotices()
    #expect(notices.due(for: "a", expires: Self.end, at: Self.end - 29 * Self.day) != nil)
    #expect(notices.due(for: "a", expires: Self.end, at: Self.end - 28 * Self.day) == nil)
    #expect(notices.due(for: "b", expires: Self.end, at: Self.end - 28 * Self.day) != nil)
    #expect(notices.due(for: "a", expires: Self.end, at: Self.end - 6 * Self.day)?.urgency == .week)
    notices.forget("a")
    #expect(notices.due(for: "a", expires: Self.end, at: Self.end - 6 * Self.day)?.urgency == .week)
  }
}
