/// One pass over all inputs: what is asked for, what is found, and everything that is wrong.
///
/// Each key is asked for exactly once, with all there is to know of it. So the keys need no second list: those that were
/// asked for are the known ones, and a pass over nothing, with `describing` on, lists them.
final class ConfigurationReading {
  let file: String?
  let tree: YAMLTree?
  /// Only variables that begin with `HOLON_`.
  let variables: [String: String]
  let flags: [ConfigurationFlag]
  let interpolation: Interpolation
  let proxies: ProxyEnvironment
  let describing: Bool
  /// Whether files that are named must be there: not where a command reads only a part that needs none of them.
  let checksFiles: Bool

  private(set) var faults: [ConfigurationFault] = []
  private(set) var warnings: [ConfigurationFault] = []
  private(set) var descriptions: [KeyDescription] = []
  /// Paths of files that hold secrets.
  private(set) var secretFiles: [String] = []
  private var knownNames: [SettingPath: [String]] = [:]
  private var knownKeys: Set<String> = []
  private var knownVariables: Set<String> = []
  private var variablesInFile: Set<String> = []

  init(
    file: String? = nil, tree: YAMLTree? = nil, environment: [String: String] = [:], flags: [ConfigurationFlag] = [],
    describing: Bool = false, checksFiles: Bool = true
  ) {
    self.file = file
    self.tree = tree
    variables = environment.filter { $0.key.hasPrefix("\(SettingPath.variablePrefix)_") }
    self.flags = flags
    interpolation = Interpolation(environment: environment)
    proxies = ProxyEnvironment(environment)
    self.describing = describing
    self.checksFiles = checksFiles
  }

  func fault(at place: ConfigurationFault.Place, _ problem: String, remedy: String) {
    faults.append(ConfigurationFault(at: place, problem, remedy: remedy))
  }

  func warn(at place: ConfigurationFault.Place, _ problem: String, remedy: String) {
    warnings.append(ConfigurationFault(at: place, problem, remedy: remedy))
  }

  func know(_ path: SettingPath, _ name: String) {
    knownNames[path, default: []].append(name)
    knownKeys.insert(path.key(name).dotted)
    knownKeys.insert(path.key(name).template)
  }

  func know(variable: String) {
    knownVariables.insert(variable)
  }

  func describe(_ description: KeyDescription) {
    if describing { descriptions.append(description) }
  }

  func secretFile(_ path: String) {
    secretFiles.append(path)
  }

  func place(line: Int) -> ConfigurationFault.Place {
    .file(file ?? "configuration", line: line)
  }

  /// The text of a scalar of the file with its variables filled in; nil after a fault.
  func expand(_ written: String, key: String, line: Int) -> String? {
    switch interpolation.expand(written) {
    case .success(let expanded):
      variablesInFile.formUnion(expanded.variables)
      return expanded.text
    case .failure(let problem):
      fault(at: place(line: line), "\(key) \(problem.problem)", remedy: problem.remedy)
      return nil
    }
  }
}

// MARK: - What nobody asked for

extension ConfigurationReading {
  /// Tells the keys of the file, the variables and the flags that no key claimed.
  func reportUnknown() {
    if let tree { reportUnknownKeys(in: tree, at: .root) }
    for variable in variables.keys.sorted() where !knownVariables.contains(variable) {
      reportUnknown(variable: variable)
    }
    for flag in flags where !knownKeys.contains(flag.key) {
      let list = flag.key.prefix { $0 != "[" }
      fault(
        at: .flag(flag.name), "there is no element of \(list) for it",
        remedy: "give one for each element, or one for all")
    }
  }

  private func reportUnknownKeys(in tree: YAMLTree, at path: SettingPath) {
    switch tree.content {
    case .scalar:
      return
    case .list(let elements):
      for (position, element) in elements.enumerated() {
        reportUnknownKeys(in: element, at: path.index(position))
      }
    case .mapping(let members):
      guard let known = knownNames[path] else { return }
      for member in members {
        if known.contains(member.key) {
          reportUnknownKeys(in: member.value, at: path.key(member.key))
        } else {
          reportUnknown(key: member.key, line: member.keyLine, in: path, known: known)
        }
      }
    }
  }

  private func reportUnknown(key: String, line: Int, in path: SettingPath, known: [String]) {
    let nearest = nearestWord(to: key, among: known)
    let remedy =
      nearest.map { "did you mean \(path.key($0).dotted)?" } ?? "the keys here are \(known.joined(separator: ", "))"
    fault(at: place(line: line), "unknown key \(path.key(key).dotted)", remedy: remedy)
  }

  /// A variable that is close to a known one is a fault. Others that share the prefix by chance (orchestrators of
  /// containers set some for a service of this name) are only mentioned, and those that the file names are its own.
  private func reportUnknown(variable: String) {
    guard !variablesInFile.contains(variable) else { return }
    let position = variable.split(separator: "_").first { Int($0) != nil }
    let candidates = KeyDescription.all.map { $0.variable.replacing("<n>", with: position ?? "0") }
    let sections = Set(
      KeyDescription.all.filter { $0.key.contains(".") }
        .compactMap { $0.variable.split(separator: "_").dropFirst().first })
    let nearest = nearestWord(to: variable, among: candidates)
    let section = variable.split(separator: "_").dropFirst().first
    let isClose = nearest.map { editDistance($0, variable) <= 2 } ?? false
    if isClose || section.map(sections.contains) == true {
      fault(
        at: .environment(variable), "sets no known key",
        remedy: nearest.map { "did you mean \($0)?" } ?? "unset it; docs/configuration.md lists the variables")
    } else {
      warn(at: .environment(variable), "sets no known key and is ignored", remedy: "unset it if it was meant for holon")
    }
  }
}
