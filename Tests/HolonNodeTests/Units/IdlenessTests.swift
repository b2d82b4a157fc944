import Testing

@testable import HolonNode

@Suite("Idleness")
struct IdlenessTests {
  @Test("a pause between two polls is not busy; one that lasts is")
  func patience() {
    var idleness = Idleness()
    let changes = [0, 899, 900, 5000].map { idleness.observe(canStart: false, at: .milliseconds($0)) }
    #expect(changes == [false, false, true, false])
    #expect(!idleness.isIdle)
    #expect(idleness.nextChange == nil)
  }

  @Test("a child that waits makes the node idle at once, and the patience begins anew")
  func idleAtOnce() {
    var idleness = Idleness()
    let changes = [(false, 0), (false, 5), (true, 5), (false, 6)].map { canStart, second in
      idleness.observe(canStart: canStart, at: .seconds(second))
    }
    #expect(changes == [false, true, true, false])
    #expect(idleness.isIdle)
    #expect(idleness.nextChange == .seconds(6) + Idleness.patience)
  }
}
