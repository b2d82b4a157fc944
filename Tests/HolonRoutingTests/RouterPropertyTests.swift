import HolonRouting
import Testing

@Suite("Router: promises under random events")
struct RouterPropertyTests {
  @Test(
    "Every task is answered exactly once, no task is at two children, every call is answered once and in time",
    arguments: 1...16 as ClosedRange<UInt64>)
  func promises(seed: UInt64) {
    var simulation = RouterSimulation(seed: seed)
    for step in 0..<2_000 {
      simulation.step()
      guard simulation.violations.isEmpty else {
        return #expect(simulation.violations == [], "seed \(seed), step \(step)")
      }
    }
    simulation.finish()
    #expect(simulation.violations == [], "seed \(seed), at the end")
    #expect(simulation.incidents.count >= 12, "the run met too little: \(simulation.incidents)")
  }
}

@Suite("Router: leases under random losses")
struct LeasePropertyTests {
  @Test(
    "Whatever the network loses or reorders, every task is stored at one child and answered once",
    arguments: 1...16 as ClosedRange<UInt64>)
  func losses(seed: UInt64) {
    var simulation = LeaseSimulation(seed: seed)
    for step in 0..<1_000 {
      simulation.step()
      guard simulation.violations.isEmpty else {
        return #expect(simulation.violations == [], "seed \(seed), step \(step)")
      }
    }
    simulation.finish()
    #expect(simulation.violations == [], "seed \(seed), at the end")
    #expect(Set(simulation.returns.keys) == ["answer_lost", "lost_before_stored"], "\(simulation.returns)")
  }
}
