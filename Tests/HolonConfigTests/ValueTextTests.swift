import Testing

@testable import HolonConfig

@Suite("Durations, sizes and words")
struct ValueTextTests {
  @Test(
    "durations are read",
    arguments: [
      ("45s", Duration.seconds(45)), ("1m30s", .seconds(90)), ("250ms", .milliseconds(250)), ("2h", .seconds(7200)),
      ("1d1ms", .milliseconds(86_400_001)), ("0s", .zero),
    ])
  func duration(_ text: String, _ expected: Duration) {
    #expect(DurationText.parse(text) == expected)
    #expect(DurationText.parse(DurationText.format(expected)) == expected)
  }

  @Test(
    "other texts are no durations",
    arguments: ["", "45", "s", "1s1m", "1s1s", "-1s", "1.5s", "1 s", "99999999999d"])
  func noDuration(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test(
    "sizes are read",
    arguments: [("8MiB", 8 << 20), ("10GiB", 10 << 30), ("1KiB", 1024), ("512B", 512), ("77", 77), ("0B", 0)])
  func size(_ text: String, _ expected: Int) {
    #expect(SizeText.parse(text) == expected)
    #expect(SizeText.parse(SizeText.format(expected)) == expected)
  }

  @Test("other texts are no sizes", arguments: ["", "MiB", "1MB", "1 MiB", "-1B", "1.5GiB", "9999999TiB"])
  func noSize(_ text: String) {
    #expect(SizeText.parse(text) == nil)
  }

  @Test("the nearest word is found, and none where none is near")
  func nearest() {
    #expect(nearestWord(to: "timout", among: ["token", "timeout", "grace"]) == "timeout")
    #expect(nearestWord(to: "lisetn", among: ["listen", "limits"]) == "listen")
    #expect(nearestWord(to: "Journal", among: ["journal"]) == "journal")
    #expect(nearestWord(to: "kubernetes", among: ["listen", "limits"]) == nil)
    #expect(editDistance("abcd", "badc") == 2)
    #expect(editDistance("", "abc") == 3)
  }

  @Test("a skill pattern is a name or a beginning of names")
  func patterns() {
    #expect(SkillPattern("render*")?.matches("render_4k") == true)
    #expect(SkillPattern("render")?.matches("render_4k") == false)
    #expect(SkillPattern("*")?.matches("anything") == true)
    #expect(SkillPattern("re*der") == nil)
    #expect(SkillPattern("") == nil)
  }
}
