/// What is known of one key: the documentation of the configuration, and its check.
public struct KeyDescription: Sendable, Hashable {
  /// `uplinks[].url`
  public var key: String
  /// `url`, `duration`, `size`, `integer`, `word`, `text`, `secret`, …
  public var kind: String
  /// What values are allowed; empty when all of the kind are.
  public var allowed: String
  /// The default as one would write it; `required` or `none` where there is none.
  public var defaultValue: String
  public var isSecret: Bool
  /// What the key means, in one sentence.
  public var summary: String
  /// `HOLON_UPLINKS_<n>_URL`
  public var variable: String
  /// The flag of `holon run` that sets it, if one does.
  public var flag: String?

  /// All keys, in the order in which they are documented.
  public static let all: [KeyDescription] = {
    let reading = ConfigurationReading(describing: true)
    _ = HolonConfiguration(reading: SectionReader(reading: reading))
    return reading.descriptions
  }()
}

extension KeyDescription {
  static func secret(
    _ key: SettingPath, allowed: String = "the text, or `file:PATH`", absent: String = "none", _ summary: String
  ) -> KeyDescription {
    KeyDescription(
      key: key.template, kind: "secret", allowed: allowed, defaultValue: absent, isSecret: true,
      summary: summary, variable: key.documentedVariable, flag: ConfigurationFlag.byKey[key.template])
  }
}
