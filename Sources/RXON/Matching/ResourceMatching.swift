extension HardwareDevice {
  /// Whether this device meets a requirement. Empty words ask for nothing; the model matches by a part of it, in any
  /// case.
  public func matches(_ required: HardwareDevice) -> Bool {
    guard required.type.isEmpty || type == required.type else { return false }
    if let wanted = required.model, !wanted.isEmpty {
      guard let model, model.lowercased().containsText(wanted.lowercased()) else { return false }
    }
    if let wanted = required.id, !wanted.isEmpty {
      guard id == wanted else { return false }
    }
    return PropertyMatching.matches(available: properties, required: required.properties)
  }
}

extension Resources {
  /// Whether these resources meet a requirement. Each device serves for one required device, first come first served.
  public func matches(_ required: Resources) -> Bool {
    var free = devices ?? []
    for wanted in required.devices ?? [] {
      guard let found = free.firstIndex(where: { $0.matches(wanted) }) else { return false }
      free.remove(at: found)
    }
    return PropertyMatching.matches(available: properties, required: required.properties)
  }
}

extension InstalledArtifact {
  /// Whether this artifact meets a requirement. The version `unknown` asks for any.
  public func matches(_ required: InstalledArtifact) -> Bool {
    guard name == required.name, required.version == "unknown" || version == required.version else { return false }
    return PropertyMatching.matches(available: properties, required: required.properties)
  }
}

extension SkillInfo {
  /// Whether this skill meets a requirement: the same name, and type and version where they are asked for.
  public func matches(_ required: SkillInfo) -> Bool {
    matches(name: required.name, type: required.type, version: required.version)
  }

  /// Whether this skill is what a task asks for.
  public func matches(name: String, type: String?, version: String?) -> Bool {
    self.name == name && (type == nil || self.type == type) && (version == nil || self.version == version)
  }
}

extension String {
  /// Substring search by UTF-8; the standard library has it only with Foundation or regular expressions.
  fileprivate func containsText(_ part: String) -> Bool {
    let text = Array(utf8)
    let part = Array(part.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
  }
}
