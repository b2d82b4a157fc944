/// Reads the keys of one section from all inputs: flags win over the environment, and that over the file.
struct SectionReader {
  let reading: ConfigurationReading
  let path: SettingPath
  /// What the file has here: a mapping or nothing.
  let tree: YAMLTree?

  init(reading: ConfigurationReading) {
    self.init(reading: reading, path: .root, written: reading.tree)
  }

  private init(reading: ConfigurationReading, path: SettingPath, written: YAMLTree?) {
    self.reading = reading
    self.path = path
    guard let written, !written.isEmpty else {
      tree = nil
      return
    }
    if case .mapping = written.content {
      tree = written
    } else {
      tree = nil
      let name = path == .root ? "the file" : path.dotted
      reading.fault(
        at: reading.place(line: written.line), "\(name) must be a section with keys, not \(written.kind)",
        remedy: "write its keys below it, indented, as 'key: value'")
    }
  }

  /// A value as it was written, before it is parsed.
  struct RawValue {
    var text: String
    var place: ConfigurationFault.Place
  }
}

// MARK: - Values

extension SectionReader {
  func value<Value>(
    _ name: String, _ format: ValueFormat<Value>, default fallback: Value, _ summary: String
  ) -> Value {
    describe(name, format, default: format.text(fallback), summary)
    return parsed(name, format) ?? fallback
  }

  /// - Parameter absent: the documented default.
  func optional<Value>(
    _ name: String, _ format: ValueFormat<Value>, absent: String = "none", _ summary: String
  ) -> Value? {
    describe(name, format, default: absent, summary)
    return parsed(name, format)
  }

  /// A value without which there is no configuration; its absence is a fault.
  func required<Value>(_ name: String, _ format: ValueFormat<Value>, _ summary: String) -> Value? {
    describe(name, format, default: "required", summary)
    guard !reading.describing else { return nil }
    let isWritten = isWritten(name)
    let value = parsed(name, format)
    if !isWritten {
      let key = path.key(name)
      let flag = ConfigurationFlag.byKey[key.template].map { " or pass \($0)" } ?? ""
      reading.fault(
        at: place, "\(key.dotted) is missing", remedy: "add '\(name): …', set \(key.variable)\(flag)")
    }
    return value
  }

  /// A secret: written out, or `file:PATH` for the contents of a file without the newline at its end.
  func secret(
    _ name: String, allowed: String = "the text, or `file:PATH`", absent: String = "none", _ summary: String
  ) -> Secret? {
    let key = path.key(name)
    reading.know(path, name)
    reading.know(variable: key.variable)
    reading.describe(.secret(key, allowed: allowed, absent: absent, summary))
    return raw(name).flatMap { secret(key: key.dotted, $0) }
  }

  /// A section whose keys are free names and whose values are secrets.
  func secrets(_ name: String, namedBy format: ValueFormat<String>, _ summary: String) -> [String: Secret] {
    let key = path.key(name)
    reading.describe(.secret(key.key("<name>"), summary))
    return members(name, namedBy: format).reduce(into: [:]) { secrets, member in
      secrets[member.key] = secret(key: key.key(member.key).dotted, member.value)
    }
  }

  /// What is written under free names, in the file or in the environment.
  func members(_ name: String, namedBy format: ValueFormat<String>) -> [String: RawValue] {
    let key = path.key(name)
    reading.know(path, name)
    var found: [String: RawValue] = [:]
    if let written = tree?.member(name)?.value {
      found = rawMembers(of: written, at: key)
    }
    let prefix = "\(key.variable)_"
    for (variable, text) in reading.variables where variable.hasPrefix(prefix) {
      reading.know(variable: variable)
      found[String(variable.dropFirst(prefix.count))] = RawValue(text: text, place: .environment(variable))
    }
    for member in found {
      if case .failure(let problem) = format.parse(member.key) {
        reading.fault(at: member.value.place, "\(key.dotted): \(problem.problem)", remedy: problem.remedy)
      }
    }
    return found
  }

  private func rawMembers(of written: YAMLTree, at key: SettingPath) -> [String: RawValue] {
    let section = SectionReader(reading: reading, path: key, written: written)
    guard case .mapping(let members) = section.tree?.content else { return [:] }
    return members.reduce(into: [:]) { found, member in
      found[member.key] = section.fromFile(member.key)
    }
  }
}

// MARK: - Sections

extension SectionReader {
  /// A section that is always there, if only with its defaults.
  func section(_ name: String) -> SectionReader {
    reading.know(path, name)
    return SectionReader(reading: reading, path: path.key(name), written: tree?.member(name)?.value)
  }

  /// A section that counts only when something of it is written.
  func optionalSection(_ name: String) -> SectionReader? {
    let section = section(name)
    let prefix = "\(section.path.variable)_"
    let isWritten =
      section.tree != nil || reading.variables.keys.contains { $0.hasPrefix(prefix) }
      || reading.flags.contains { $0.key.hasPrefix("\(section.path.dotted).") }
    return isWritten || reading.describing ? section : nil
  }

  /// The elements of a list of sections.
  ///
  /// Variables set keys of its elements by position, and may add elements at its end. Flags for the elements' urls
  /// replace the list: it has as many elements as there are such flags, each over what else is said at its position.
  func list(_ name: String) -> [SectionReader] {
    reading.know(path, name)
    let key = path.key(name)
    var written: [YAMLTree] = []
    if let member = tree?.member(name), !member.value.isEmpty {
      if case .list(let elements) = member.value.content {
        written = elements
      } else {
        reading.fault(
          at: reading.place(line: member.value.line), "\(key.dotted) must be a list, not \(member.value.kind)",
          remedy: "begin each element with '- '")
      }
    }
    let count = reading.describing ? 1 : elementCount(of: key, written: written.count)
    return (0..<count).map { position in
      let element = position < written.count ? written[position] : nil
      return SectionReader(reading: reading, path: key.index(position), written: element)
    }
  }

  private func elementCount(of key: SettingPath, written: Int) -> Int {
    let flags = reading.flags.count { $0.key.hasPrefix("\(key.dotted)[") && $0.key.hasSuffix("].url") }
    guard flags == 0 else { return flags }
    let prefix = "\(key.variable)_"
    let positions = reading.variables.keys.filter { $0.hasPrefix(prefix) }
      .compactMap { $0.dropFirst(prefix.count).split(separator: "_").first.flatMap { Int($0) } }
    // A variable for a position far out stays unclaimed, and is told as such.
    return max(written, (positions.filter { (0..<256).contains($0) }.max() ?? -1) + 1)
  }

  /// Keys that do not go with what else is written here.
  func refuse(_ names: [String], because reason: String) {
    for name in names where isWritten(name) {
      reading.fault(at: place(of: name), "\(path.key(name).dotted) \(reason)", remedy: "set that, or remove it")
    }
  }

  /// Keys that the design has and this version does not.
  func later(_ names: [String: String]) {
    for (name, meaning) in names.sorted(by: { $0.key < $1.key }) {
      guard let member = tree?.member(name) else { continue }
      reading.know(path, name)
      reading.fault(
        at: reading.place(line: member.line),
        "this version does not have \(path.key(name).dotted) (\(meaning)) yet", remedy: "remove it")
    }
  }
}

// MARK: - Places

extension SectionReader {
  /// Where this section is written.
  var place: ConfigurationFault.Place {
    tree.map { reading.place(line: $0.line) } ?? .configuration(file: reading.file)
  }

  /// Where the value of a key is written, else where the section is.
  func place(of name: String) -> ConfigurationFault.Place {
    if let given = given(name) { return given.place }
    return tree?.member(name).map { reading.place(line: $0.line) } ?? place
  }

  func isWritten(_ name: String) -> Bool {
    given(name) != nil || tree?.member(name) != nil
  }
}

// MARK: - Lookup

extension SectionReader {
  private func describe<Value>(
    _ name: String, _ format: ValueFormat<Value>, default fallback: String, _ summary: String
  ) {
    let key = path.key(name)
    reading.know(path, name)
    reading.know(variable: key.variable)
    reading.describe(
      KeyDescription(
        key: key.template, kind: format.kind, allowed: format.allowed, defaultValue: fallback, isSecret: false,
        summary: summary, variable: key.documentedVariable, flag: ConfigurationFlag.byKey[key.template]))
  }

  private func parsed<Value>(_ name: String, _ format: ValueFormat<Value>) -> Value? {
    guard let raw = raw(name) else { return nil }
    let key = path.key(name).dotted
    guard !raw.text.isEmpty else {
      reading.fault(at: raw.place, "\(key) is empty", remedy: "write a value, or leave the key out")
      return nil
    }
    switch format.parse(raw.text) {
    case .success(let value):
      return value
    case .failure(let problem):
      reading.fault(at: raw.place, "\(key): \(problem.problem)", remedy: problem.remedy)
      return nil
    }
  }

  private func secret(key: String, _ raw: RawValue) -> Secret? {
    var value = raw.text
    if raw.text.hasPrefix("file:") {
      let file = String(raw.text.dropFirst("file:".count))
      do {
        value = try TextFile.read(file, limit: 64 << 10)
        reading.secretFile(file)
        expectPrivate(file, of: key, at: raw.place)
      } catch {
        reading.fault(
          at: raw.place, "\(key): cannot read \(file): \(error.reason)",
          remedy: "create the file, or let the user that runs holon read it")
        return nil
      }
      if value.utf8.last == UInt8(ascii: "\n") { value.unicodeScalars.removeLast() }
      if value.utf8.last == UInt8(ascii: "\r") { value.unicodeScalars.removeLast() }
    } else if case .flag = raw.place {
      reading.warn(
        at: raw.place, "every user of this machine can read \(key) on the command line",
        remedy: "write file:PATH in its place, or set it in the file or the environment")
    }
    guard !value.isEmpty else {
      reading.fault(at: raw.place, "\(key) is empty", remedy: "write a secret, or leave the key out")
      return nil
    }
    guard !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      reading.fault(
        at: raw.place, "\(key) holds control characters, which no header can carry",
        remedy: "keep the secret on one line of printable text")
      return nil
    }
    return Secret(value)
  }

  private func raw(_ name: String) -> RawValue? {
    given(name) ?? fromFile(name)
  }

  /// A value by flag or by environment.
  private func given(_ name: String) -> RawValue? {
    let key = path.key(name)
    for wanted in [key.dotted, key.template] {
      if let flag = reading.flags.last(where: { $0.key == wanted }) {
        return RawValue(text: flag.value, place: .flag(flag.name))
      }
    }
    return reading.variables[key.variable].map { RawValue(text: $0, place: .environment(key.variable)) }
  }

  private func fromFile(_ name: String) -> RawValue? {
    guard let member = tree?.member(name) else { return nil }
    let key = path.key(name).dotted
    let place = reading.place(line: member.line)
    switch member.value.content {
    case .scalar(.some(let written)):
      return reading.expand(written, key: key, line: member.line).map { RawValue(text: $0, place: place) }
    case .scalar(.none):
      return RawValue(text: "", place: place)
    case .list, .mapping:
      reading.fault(
        at: place, "\(key) must be a single value, not \(member.value.kind)", remedy: "write it as '\(name): value'")
      return nil
    }
  }
}
