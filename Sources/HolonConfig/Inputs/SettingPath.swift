/// The place of a setting in the configuration: `uplinks[0].url`.
struct SettingPath: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  var steps: [Step] = []

  static let root = SettingPath()

  func key(_ name: String) -> SettingPath {
    SettingPath(steps: steps + [.key(name)])
  }

  func index(_ position: Int) -> SettingPath {
    SettingPath(steps: steps + [.index(position)])
  }

  /// `uplinks[0].url`
  var dotted: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let position): text += "[\(position)]"
      }
    }
  }

  /// `uplinks[].url`, the same for all elements of a list.
  var template: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let name): text += text.isEmpty ? name : ".\(name)"
      case .index: text += "[]"
      }
    }
  }

  /// `HOLON_UPLINKS_0_URL`
  var variable: String {
    variable { String($0) }
  }

  /// `HOLON_UPLINKS_<n>_URL`
  var documentedVariable: String {
    variable { _ in "<n>" }
  }

  private func variable(position text: (Int) -> String) -> String {
    steps.reduce(into: SettingPath.variablePrefix) { variable, step in
      switch step {
      case .key(let name): variable += "_\(name.uppercased())"
      case .index(let position): variable += "_\(text(position))"
      }
    }
  }

  static let variablePrefix = "HOLON"
}
