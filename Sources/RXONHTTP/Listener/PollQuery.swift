import RXON

/// The query of a poll: `timeout=30.0&available_skills=a,b&hot_skills=a`.
struct PollQuery: Hashable {
  /// Longer waits are cut to this.
  static let longestWait = Duration.seconds(600)

  private(set) var wait = Duration.zero
  private(set) var availableSkills: [String]?
  private(set) var hotSkills: [String]?
  /// The child's name for the poll; see ``HolonFeatures/lease``.
  private(set) var lease: String?
  /// Of a request for several tasks; see ``PollBatch``.
  private(set) var leases: [String] = []

  /// Unknown parameters are left out; of equal ones the last counts. An empty list is a list, as for the reference.
  init(_ query: Substring) throws(CallFailure) {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true) else {
        throw CallFailure(status: 400, "the query is malformed")
      }
      switch parts[0] {
      case "timeout": wait = try Self.wait(value)
      case "available_skills": availableSkills = try Self.skills(value, name: "available_skills")
      case "hot_skills": hotSkills = try Self.skills(value, name: "hot_skills")
      case "lease": lease = try Self.lease(value)
      case "leases": leases = try Self.leases(value)
      default: break
      }
    }
  }

  private static func wait(_ value: String) throws(CallFailure) -> Duration {
    guard let seconds = Double(value), seconds >= 0 else {
      throw CallFailure(status: 400, "'timeout' must be a number of seconds")
    }
    return seconds < 600 ? .milliseconds(Int(seconds * 1000)) : longestWait
  }

  private static func leases(_ value: String) throws(CallFailure) -> [String] {
    let names = value.split(separator: ",").map(String.init)
    guard names.count <= PollBatch.limit else {
      throw CallFailure(status: 400, "'leases' must name at most \(PollBatch.limit) polls")
    }
    var leases: [String] = []
    for name in names { leases.append(try lease(name)) }
    return leases
  }

  private static func lease(_ value: String) throws(CallFailure) -> String {
    guard Identifier.isStrictlyValid(value) else {
      throw CallFailure(status: 400, "'lease' must be 1 to 128 letters, digits, '-' and '_'")
    }
    return value
  }

  private static func skills(_ value: String, name: String) throws(CallFailure) -> [String] {
    let skills = value.split { $0 == "," || $0 == " " }.map(String.init)
    guard skills.allSatisfy(Identifier.isStrictlyValid) else {
      throw CallFailure(status: 400, "'\(name)' must be names of skills, with commas between")
    }
    return skills
  }
}
