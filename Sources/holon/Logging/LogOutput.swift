import Glibc
import HolonConfig
import Logging
import RXON
import Synchronization

/// Writes log lines to standard error. The level may change while it is used.
final class LogOutput: Sendable {
  private let settings: Mutex<LogConfiguration>

  init(_ settings: LogConfiguration) {
    self.settings = Mutex(settings)
  }

  var logger: Logger {
    Logger(label: "holon") { _ in Handler(output: self) }
  }

  func adopt(_ settings: LogConfiguration) {
    self.settings.withLock { $0 = settings }
  }

  private var current: LogConfiguration { settings.withLock { $0 } }

  /// One logger's view of the output.
  struct Handler: LogHandler {
    let output: LogOutput
    var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?

    init(output: LogOutput) {
      self.output = output
    }

    var logLevel: Logger.Level {
      get { ownLevel ?? output.current.level.loggerLevel }
      set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
      let details = all.sorted { $0.key < $1.key }.map { (name: $0.key, text: "\($0.value)") }
      let message = event.error.map { "\(event.message): \($0)" } ?? event.message.description
      let line =
        switch output.current.format {
        case .text: Self.text(event.level, message, details)
        case .json: Self.json(event.level, message, details)
        }
      Terminal.write(line + "\n", to: STDERR_FILENO)
    }

    private typealias Detail = (name: String, text: String)

    private static func text(_ level: Logger.Level, _ message: String, _ details: [Detail]) -> String {
      let pairs = details.map { " \($0.name)=\(quoted($0.text))" }.joined()
      return "\(Timestamp.now) \(level) \(Table.printable(message))\(pairs)"
    }

    private static func quoted(_ text: String) -> String {
      let isPlain = text.unicodeScalars.allSatisfy { scalar in
        scalar.value > 0x20 && scalar != "\"" && scalar != "=" && scalar.properties.generalCategory != .control
      }
      return isPlain && !text.isEmpty ? text : RawJSON.string(text).string
    }

    private static func json(_ level: Logger.Level, _ message: String, _ details: [Detail]) -> String {
      let own: KeyValuePairs<String, RawJSON> = [
        "time": .string(Timestamp.now), "level": .string(level.rawValue), "message": .string(message),
      ]
      let members = own.map { JSONMember(name: $0.key, value: $0.value) }
      return RawJSON.object(members + details.map { JSONMember(name: $0.name, value: .string($0.text)) }).string
    }
  }
}

extension LogConfiguration.Level {
  fileprivate var loggerLevel: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    case .critical: .critical
    }
  }
}
