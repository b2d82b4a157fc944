import RXON

// An orchestrator on Redis gives empty objects back as empty lists, and then refuses its own record.

extension SkillInfo {
  var withoutEmptyObjects: SkillInfo {
    var skill = self
    skill.inputSchema = inputSchema?.nilIfEmpty
    skill.outputSchema = outputSchema?.nilIfEmpty
    skill.properties = properties?.nilIfEmpty
    if eventsSchema?.isEmpty == true { skill.eventsSchema = nil }
    return skill
  }
}

extension HardwareDevice {
  var withoutEmptyObjects: HardwareDevice {
    var device = self
    device.properties = properties?.nilIfEmpty
    device.metrics = metrics?.nilIfEmpty
    return device
  }
}

extension InstalledArtifact {
  var withoutEmptyObjects: InstalledArtifact {
    var artifact = self
    artifact.properties = properties?.nilIfEmpty
    return artifact
  }
}

extension Resources {
  var withoutEmptyObjects: Resources? {
    var resources = self
    resources.properties = properties?.nilIfEmpty
    resources.devices = devices.flatMap { $0.isEmpty ? nil : $0.map(\.withoutEmptyObjects) }
    return resources.devices == nil && resources.properties == nil ? nil : resources
  }
}

extension RawJSON {
  /// Nil for an object without members.
  var nilIfEmpty: RawJSON? {
    kind == .object && members.isEmpty ? nil : self
  }
}
