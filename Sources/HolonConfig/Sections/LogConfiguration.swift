/// What is logged, to standard error.
public struct LogConfiguration: Sendable, Hashable {
  public var level: Level
  public var format: Format

  public enum Level: String, Sendable, Hashable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
  }

  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// One line for people.
    case text
    /// One JSON object a line.
    case json
  }
}

extension LogConfiguration {
  init(reading section: SectionReader) {
    level = section.value("level", .word(), default: .info, "The least level that is logged.")
    format = section.value("format", .word(), default: .text, "Lines for people, or one JSON object a line.")
  }
}
