/// A YAML document reduced to what a configuration needs, each part with the line it stands on.
struct YAMLTree: Sendable {
  indirect enum Content: Sendable {
    /// `nil` is a value that was left empty or written `null`.
    case scalar(String?)
    case list([YAMLTree])
    case mapping([(key: String, keyLine: Int, value: YAMLTree)])
  }

  var content: Content
  var line: Int

  /// The value of a key of a mapping, with the line of the key.
  func member(_ name: String) -> (line: Int, value: YAMLTree)? {
    guard case .mapping(let members) = content, let found = members.first(where: { $0.key == name }) else { return nil }
    return (found.keyLine, found.value)
  }

  /// Nothing was written: an empty document or a section with nothing in it.
  var isEmpty: Bool {
    if case .scalar(nil) = content { true } else { false }
  }

  /// What it is, for a message.
  var kind: String {
    switch content {
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "a section with keys"
    }
  }
}
