import HolonRouting
public import RXON

extension JournalAdministration {
  /// Passes the whole journal to `write`, one JSON object on each line: the members of ``JournalEntry`` that have a value
  /// under their names in snake case, and `content` as JSON, or `content_text` for a content that is no JSON.
  public func export(
    kinds: Set<JournalEntry.Kind> = Set(JournalEntry.Kind.allCases), _ write: ([UInt8]) throws -> Void
  ) throws {
    try forEach(kinds: kinds) { entry, content in
      var line = entry.json(content: content).bytes
      line.append(UInt8(ascii: "\n"))
      try write(line)
    }
  }
}

extension JournalEntry {
  /// The entry as a JSON object.
  /// - Parameter content: left out if nil.
  public func json(content: [UInt8]? = nil) -> RawJSON {
    var members = [
      JSONMember(name: "number", value: .integer(number)), JSONMember(name: "kind", value: .string(kind.rawValue)),
      JSONMember(name: "subject", value: .string(subject)), JSONMember(name: "uplink", value: .string(uplink)),
      JSONMember(name: "at", value: .integer(at)), JSONMember(name: "size", value: .integer(size)),
      JSONMember(name: "stored_size", value: .integer(storedSize)),
    ]
    func add(_ name: String, _ value: RawJSON?) {
      if let value { members.append(JSONMember(name: name, value: value)) }
    }
    add("former_kind", formerKind.map { .string($0.rawValue) })
    add("uplink_child", uplinkChild.map(RawJSON.string))
    add("skill", skill.map(RawJSON.string))
    add("priority", priority.map(RawJSON.number))
    add("deadline", deadline.map(RawJSON.integer))
    add("child", child.map(RawJSON.string))
    add("attempts", attempts.map(RawJSON.integer))
    add("status", status.map(RawJSON.string))
    add("reason", reason.map(RawJSON.string))
    add("detail", detail.map(RawJSON.string))
    if let content {
      // A line break can only stand between the tokens of valid JSON.
      let line = content.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
      if let json = try? RawJSON(validating: line) {
        add("content", json)
      } else {
        add("content_text", .string(String(decoding: content, as: UTF8.self)))
      }
    }
    return .object(members)
  }
}
