import RXON

/// What tasks and results of the wire benchmark carry: records as programs exchange them, with names that repeat and
/// values that do not. The same at each run.
enum WirePayload {
  /// More than travel at once, so that no batch holds one of them twice.
  /// - Parameter records: of some 150 bytes each.
  static func all(records: Int) -> [RawJSON] { (0..<64).map { make(seed: $0, records: records) } }

  private static func make(seed: Int, records: Int) -> RawJSON {
    var random = Congruential(state: 88_172_645_463_325_252 &+ UInt64(seed) &* 2_862_933_555_777_941_757)
    let records = (0..<records).map { number in
      RawJSON.object([
        "frame": .integer(number),
        "object": .string("asset-\(random.next(below: 1 << 30))"),
        "camera": .string(["front", "left", "right"][random.next(below: 3)]),
        "confidence": .number(Double(random.next(below: 1_000_000)) / 1_000_000),
        "box": .object([
          "x": .integer(random.next(below: 3840)), "y": .integer(random.next(below: 2160)),
          "width": .integer(random.next(below: 800)), "height": .integer(random.next(below: 800)),
        ]),
        "status": .string(random.next(below: 9) == 0 ? "review" : "accepted"),
      ])
    }
    var array: [UInt8] = [UInt8(ascii: "[")]
    for (number, record) in records.enumerated() {
      if number > 0 { array.append(UInt8(ascii: ",")) }
      array += record.bytes
    }
    array.append(UInt8(ascii: "]"))
    let list = (try? RawJSON(validating: array)) ?? .emptyObject
    return .object(["records": list, "scene": .string("night-drive-0042")])
  }

  /// A linear congruential generator: numbers that look random, the same each time.
  private struct Congruential {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
  }
}
