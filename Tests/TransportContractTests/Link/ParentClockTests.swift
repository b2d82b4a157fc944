import RXONWire
import Testing

@Suite("The parent's clock")
struct ParentClockTests {
  @Test("what is no time of a calendar is passed over", arguments: [Int.max, .min, -1, 253_402_300_800])
  func impossible(_ time: Int) {
    let clock = ParentClock()
    clock.observe(1_000)
    let before = clock.now()
    clock.observe(time)
    #expect((before...before + 1).contains(clock.now()))
  }
}
