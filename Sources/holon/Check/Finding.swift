import HolonConfig
import RXON

/// What a check found out about one thing.
struct Finding {
  enum Level: String {
    case fine = "ok"
    case warning
    /// It keeps the node from working.
    case failure

    /// As wide as the others.
    var mark: String {
      switch self {
      case .fine: "ok  "
      case .warning: "warn"
      case .failure: "FAIL"
      }
    }
  }

  var level: Level
  /// `uplink main: clock`
  var subject: String
  var detail: String
  /// What to do; nil where nothing has to be done.
  var remedy: String?

  static func fine(_ subject: String, _ detail: String) -> Finding {
    Finding(level: .fine, subject: subject, detail: detail)
  }

  static func warning(_ subject: String, _ detail: String, remedy: String) -> Finding {
    Finding(level: .warning, subject: subject, detail: detail, remedy: remedy)
  }

  static func failure(_ subject: String, _ detail: String, remedy: String) -> Finding {
    Finding(level: .failure, subject: subject, detail: detail, remedy: remedy)
  }

  var json: RawJSON {
    let members: [JSONMember] = [
      JSONMember(name: "level", value: .string(level.rawValue)),
      JSONMember(name: "subject", value: .string(subject)),
      JSONMember(name: "detail", value: .string(detail)),
      JSONMember(name: "remedy", value: remedy.map(RawJSON.string) ?? .null),
    ]
    return .object(members)
  }
}

extension Finding {
  init(fault: ConfigurationFault) {
    self = .failure("configuration", "\(fault.place): \(fault.problem)", remedy: fault.remedy)
  }

  init(warning: ConfigurationFault) {
    self = .warning("configuration", "\(warning.place): \(warning.problem)", remedy: warning.remedy)
  }
}
