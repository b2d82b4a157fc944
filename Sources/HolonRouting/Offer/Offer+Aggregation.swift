public import RXON

extension Offer {
  /// The union of what children offer.
  ///
  /// Where children contradict each other: of one skill in several variants, the one that most children share comes
  /// first and others follow if they differ in version or type. Of one software in several versions, the one that most
  /// children have counts, since the protocol has room for one. Ties go to the child with the lowest id. Properties
  /// keep every value (numbers the greatest). Devices of all children stand side by side under their own ids, which may
  /// then repeat.
  ///
  /// - Parameters:
  ///   - children: the registrations of the live children, updated by their heartbeats; in any order.
  ///   - nodeID: the id of this node, for the detection of loops.
  ///   - version: of this node's program.
  ///   - ownCapabilities: host, address, blob configuration and further abilities of this node. Its costs do not count.
  ///   - digest: a stable digest, for ``skillsHash``.
  public static func aggregate(
    children: [WorkerRegistration], nodeID: String, version: String, ownCapabilities: WorkerCapabilities,
    digest: ([UInt8]) -> String
  ) -> Offer {
    let children = children.sorted { $0.workerID < $1.workerID }
    var skills = SkillUnion()
    var properties = PropertyUnion()
    for child in children {
      skills.add(child.supportedSkills ?? [])
      properties.add(child.resources?.properties)
    }
    return Offer(
      version: version, skills: skills.skills,
      availableSkills: names(children) { $0.availableSkills ?? $0.supportedSkills?.map(\.name) },
      hotSkills: names(children, \.hotSkills),
      costPerSkill: lowestCosts(children),
      devices: children.flatMap { $0.resources?.devices ?? [] }.map(\.withoutEmptyObjects),
      properties: properties.json,
      software: software(children),
      artifacts: artifacts(children),
      ownCapabilities: ownCapabilities,
      lineage: HolonLineage(nodeID: nodeID, above: children.map(HolonLineage.init(of:))),
      childCount: children.count,
      skillsHash: digest(encoded(skills.skills)))
  }

  private static func names(
    _ children: [WorkerRegistration], _ names: (WorkerRegistration) -> [String]?
  ) -> [String] {
    Set(children.flatMap { names($0) ?? [] }).sorted()
  }

  private static func lowestCosts(_ children: [WorkerRegistration]) -> [String: Double] {
    children.reduce(into: [:]) { lowest, child in
      lowest.merge(child.capabilities?.costPerSkill ?? [:], uniquingKeysWith: min)
    }
  }

  /// The version that most children have.
  private static func software(_ children: [WorkerRegistration]) -> [String: String] {
    var versions: [String: [(version: String, children: Int)]] = [:]
    for child in children {
      for (name, version) in child.installedSoftware ?? [:] {
        var counts = versions[name] ?? []
        if let place = counts.firstIndex(where: { $0.version == version }) {
          counts[place].children += 1
        } else {
          counts.append((version, 1))
        }
        versions[name] = counts
      }
    }
    // Of equals the first one.
    return versions.compactMapValues { counts in counts.max { $0.children < $1.children }?.version }
  }

  private static func artifacts(_ children: [WorkerRegistration]) -> [InstalledArtifact] {
    var seen: Set<InstalledArtifact> = []
    let unique = children.flatMap { $0.installedArtifacts ?? [] }
      .map(\.withoutEmptyObjects)
      .filter { seen.insert($0).inserted }
    // Sorting is not stable; the place decides between equal names and versions.
    return unique.enumerated()
      .sorted { ($0.element.name, $0.element.version, $0.offset) < ($1.element.name, $1.element.version, $1.offset) }
      .map(\.element)
  }

  private static func encoded(_ skills: [SkillInfo]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for skill in skills { writer.write(skill) }
    writer.endArray()
    return writer.bytes
  }
}
