/// A command line flag that sets a key.
public struct ConfigurationFlag: Sendable, Hashable {
  /// As it was written: `--listen`.
  public var name: String
  /// The key: `id`, `listen[0].url`. With `[]` in place of a position it is meant for every element of the list that has
  /// no flag of its own.
  public var key: String
  public var value: String

  public init(_ name: String, sets key: String, to value: String) {
    self.name = name
    self.key = key
    self.value = value
  }

  /// The flag of `holon run` that sets `key`.
  /// - Parameter position: takes the place of `[]` in the key.
  public init(settingOf key: String, at position: Int? = nil, to value: String) {
    let place = position.map { key.replacing("[]", with: "[\($0)]") }
    self.init(Self.byKey[key] ?? key, sets: place ?? key, to: value)
  }

  /// The flags of `holon run` by the keys they set, with `[]` for positions.
  public static let byKey: [String: String] = [
    "id": "--id",
    "listen[].url": "--listen",
    "children.token": "--child-token",
    "uplinks[].url": "--uplink",
    "uplinks[].token": "--uplink-token",
    "tasks.secret": "--task-secret",
    "journal.path": "--journal",
    "status.url": "--status",
    "drain.timeout": "--drain-timeout",
    "log.level": "--log-level",
    "log.format": "--log-format",
  ]
}
