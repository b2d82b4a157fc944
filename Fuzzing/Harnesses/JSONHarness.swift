import RXON

extension Harness {
  /// The strict reader, the canonical form, and the models: any bytes.
  static let json = Harness(name: "json") { bytes in
    try ModelProperties.check(bytes)
    guard let json = try? RawJSON(validating: bytes) else { return }
    try checkReading(json)
    try checkCanonicalForm(json)
    _ = try? PolledTask(arrived: json)
  }

  private static func checkReading(_ json: RawJSON) throws {
    let value = try requireSuccess("what was found valid can be read as a tree") { try json.value() }
    let written = RawJSON(value)
    let again = try requireSuccess("what was written can be read") {
      try RawJSON(validating: written.bytes, limits: JSONLimits(maximumDepth: JSONLimits.greatestDepth)).value()
    }
    try require(RawJSON(again) == written, "a tree that was written reads back as itself")
    try require(json.kind != .number || json.doubleValue != nil, "a valid number has a value")
    try require(json.kind != .string || json.stringValue != nil, "a valid string has a text")
    for member in json.members {
      _ = try requireSuccess("a member's value is valid") { try RawJSON(validating: member.value.bytes) }
      try require(json[member.name] != nil, "a member is found by its name")
      let changed = json.setting(member.name, to: .bool(true))
      try require(changed[member.name]?.boolValue == true, "a member that was set has its new value")
    }
    for element in json.elements {
      _ = try requireSuccess("an element is valid") { try RawJSON(validating: element.bytes) }
    }
  }

  private static func checkCanonicalForm(_ json: RawJSON) throws {
    let ofTree = try? CanonicalJSON.encode(RawJSON(json.value()))
    guard let canonical = try? CanonicalJSON.encode(json) else {
      try require(ofTree == nil, "a document whose tree has a canonical form has one")
      return
    }
    let again = try requireSuccess("a canonical form can be encoded again") {
      try CanonicalJSON.encode(bytes: canonical)
    }
    try require(again == canonical, "the canonical form of a canonical form is itself")
    try require(ofTree == canonical, "a document and its tree have one canonical form")
    let omitting = try requireSuccess("members can be left out of what has a canonical form") {
      try CanonicalJSON.encode(json, omittingTopLevel: ["sig"])
    }
    try require(RawJSON(validating: omitting)["sig"] == nil, "a member that is left out is not there")
  }
}

/// What holds for all models.
private enum ModelProperties {
  static func check(_ bytes: [UInt8]) throws {
    let json = try? RawJSON(validating: bytes)
    try check(TaskPayload.self, bytes, json)
    try check(TaskResult.self, bytes, json)
    try check(WorkerRegistration.self, bytes, json)
    try check(WorkerEventPayload.self, bytes, json)
    try check(WorkerCommand.self, bytes, json)
    try check(Heartbeat.self, bytes, json)
    try check(TokenResponse.self, bytes, json)
  }

  private static func check<Model: RXONModel>(_ type: Model.Type, _ bytes: [UInt8], _ json: RawJSON?) throws {
    guard let model = try? Model(bytes: bytes) else {
      if let json { try require((try? Model(json: json)) == nil, "\(type) is read the same in one pass and in two") }
      return
    }
    try require(json != nil, "\(type) is read from valid JSON only")
    guard let json else { return }
    try require((try? Model(json: json)) == model, "\(type) is read the same in one pass and in two")
    let back = try requireSuccess("\(type) that was written can be read") { try Model(bytes: model.encoded()) }
    try require(back == model, "\(type) that was written reads back as itself")
    _ = try? ModelView.encode(json, as: type, omittingTopLevel: ["sig"])
  }
}
