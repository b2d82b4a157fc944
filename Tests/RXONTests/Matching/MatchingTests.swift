import RXON
import Testing

@Suite("Matching")
struct MatchingTests {
  @Test(
    "properties are compared as the reference compares them",
    arguments: [
      ("16", "15.9", true), ("15.9", "16", false), ("true", "1", true), ("0.5", "true", false), ("true", "false", true),
      ("9007199254740993", "9007199254740992.0", true), ("9007199254740992.0", "9007199254740993", false),
      (#""a""#, #""a""#, true), (#""a""#, #""A""#, false), (#"["a","b"]"#, #""b""#, true),
      (#""b""#, #"["a","b"]"#, true),
      (#"["a"]"#, #"["a","b"]"#, true), (#"["c"]"#, #"["a","b"]"#, false), (#"["a"]"#, "[]", false),
      ("[1.0]", "true", true),
      ("null", "null", false), ("1", "null", false), ("[null]", "null", true), (#"{"a":1}"#, #"{"a":1.0}"#, true),
      ("1e300", "1e299", true), ("-1e300", "0", false), ("18446744073709551615", "9223372036854775807", true),
    ])
  func properties(available: String, required: String, expected: Bool) throws {
    let available = try RawJSON(validating: #"{"p":\#(available)}"#)
    let required = try RawJSON(validating: #"{"p":\#(required)}"#)
    #expect(PropertyMatching.matches(available: available, required: required) == expected)
  }

  @Test("a model matches by a part of it, in any case")
  func model() {
    let device = HardwareDevice(type: "gpu", model: "NVIDIA RTX 4090")
    #expect(device.matches(HardwareDevice(type: "gpu", model: "rtx")))
    #expect(device.matches(HardwareDevice(type: "", model: "")))
    #expect(!device.matches(HardwareDevice(type: "gpu", model: "a100")))
    #expect(!HardwareDevice(type: "gpu").matches(device))
  }

  @Test("each device serves once")
  func devices() {
    let one = Resources(devices: [HardwareDevice(type: "gpu")])
    let two = Resources(devices: [HardwareDevice(type: "gpu"), HardwareDevice(type: "gpu")])
    #expect(two.matches(one))
    #expect(!one.matches(two))
  }
}
