/// One thing that is wrong with a configuration: where, what, and what to do about it. Never holds a secret.
public struct ConfigurationFault: Sendable, Hashable {
  public var place: Place
  /// What is wrong, in one line.
  public var problem: String
  /// What to do, in one line.
  public var remedy: String

  public init(at place: Place, _ problem: String, remedy: String) {
    self.place = place
    self.problem = oneLine(problem)
    self.remedy = oneLine(remedy)
  }

  /// Where a value was written.
  public enum Place: Sendable, Hashable {
    /// Lines count from 1.
    case file(String, line: Int)
    case environment(String)
    case flag(String)
    /// The configuration as a whole, for what is written nowhere.
    case configuration(file: String?)
  }
}

extension ConfigurationFault: CustomStringConvertible {
  public var description: String { "\(place): \(problem); \(remedy)" }
}

extension ConfigurationFault.Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let file, let line): "\(oneLine(file)):\(line)"
    case .environment(let variable): "environment \(oneLine(variable))"
    case .flag(let flag): flag
    case .configuration(let file): file.map(oneLine) ?? "configuration"
    }
  }
}

extension ConfigurationFault.Place {
  /// Faults are told in this order: the file from top to bottom, then the environment, then the flags.
  var order: (Int, Int, String) {
    switch self {
    case .file(_, let line): (0, line, "")
    case .environment(let variable): (1, 0, variable)
    case .flag(let flag): (2, 0, flag)
    case .configuration: (3, 0, "")
    }
  }
}

/// A configuration that cannot be used, with all that is wrong with it.
public struct InvalidConfiguration: Error, Sendable, Hashable {
  public var faults: [ConfigurationFault]

  public init(faults: [ConfigurationFault]) {
    self.faults = faults
  }
}

extension InvalidConfiguration: CustomStringConvertible {
  /// One line for each fault.
  public var description: String {
    faults.map(\.description).joined(separator: "\n")
  }
}
