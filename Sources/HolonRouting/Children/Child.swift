import RXON

/// A registered subordinate and what is known of it.
struct Child {
  let id: String
  /// Rises with every child that registers.
  let order: UInt64
  private var boxedRegistration: Boxed<WorkerRegistration>
  private var boxedUsage: Boxed<ResourcesUsage>?
  var isHolon: Bool
  /// The status of its last heartbeat; nil since it registered.
  var status: String? {
    didSet { isDraining = status == WorkerStatus.draining }
  }
  private(set) var isDraining = false
  var lastSeen: Duration
  /// Set when its last connection went away, until it calls again.
  var goneSince: Duration?
  /// Slots of the tasks that it holds.
  var running: Set<Int> = []
  /// Slots of its poll groups.
  var groups: [Int] = []
  var parkedPolls = 0
  /// See ``Candidate/lastServed``.
  var lastServed: UInt64 = 0
  /// By skill, only for skills it did work of.
  var records: [String: ServiceRecord] = [:]
  /// Entries in the skill directory of all that it offers.
  var abilities: [Int] = []
  /// Of its last registration; nil for a child without leases. What is said of another is out of date.
  var leaseRun: String? { isHolon ? LeaseReport.run(in: registration) : nil }
  /// Commands for a Holon without a command channel; its next heartbeat's answer takes them along.
  var pendingCommands: [WorkerCommand] = []

  init(id: String, order: UInt64, registration: WorkerRegistration, isHolon: Bool, lastSeen: Duration) {
    self.id = id
    self.order = order
    boxedRegistration = Boxed(registration)
    self.isHolon = isHolon
    self.lastSeen = lastSeen
  }

  /// The registration, with what later heartbeats changed.
  var registration: WorkerRegistration {
    get { boxedRegistration.value }
    set { boxedRegistration = Boxed(newValue) }
  }

  var usage: ResourcesUsage? { boxedUsage?.value }

  func cost(of skill: String) -> Double? {
    guard let cost = registration.capabilities?.costPerSkill?[skill], cost.isFinite else { return nil }
    return cost
  }

  /// All skills that it offers, each in the variants that it describes; skills without description included.
  var offers: [SkillVariant] {
    var variants = (registration.supportedSkills ?? []).map(SkillVariant.init)
    let described = Set(variants.map(\.name))
    variants += (registration.availableSkills ?? []).filter { !described.contains($0) }
      .map { SkillVariant(name: $0) }
    return variants
  }

  /// What a poll that declares this can start.
  func variants(for declared: DeclaredSkills) -> [SkillVariant] {
    guard let available = declared.available ?? registration.availableSkills else { return offers }
    let described = Dictionary(grouping: (registration.supportedSkills ?? []).map(SkillVariant.init), by: \.name)
    return Set(available).sorted().flatMap { described[$0] ?? [SkillVariant(name: $0)] }
  }

  func hotSkills(for declared: DeclaredSkills) -> Set<String> {
    Set(declared.hot ?? registration.hotSkills ?? [])
  }

  /// Adopts what the heartbeat tells.
  mutating func merge(_ heartbeat: Heartbeat) {
    status = heartbeat.status
    if let usage = heartbeat.usage { boxedUsage = Boxed(usage) }
    var merged = registration
    if let skills = heartbeat.supportedSkills {
      merged.supportedSkills = skills
      merged.skillsHash = heartbeat.skillsHash
    } else if merged.supportedSkills != nil, merged.skillsHash == nil {
      merged.skillsHash = heartbeat.skillsHash
    }
    merged.availableSkills = heartbeat.availableSkills ?? merged.availableSkills
    merged.hotSkills = heartbeat.hotSkills ?? merged.hotSkills
    if merged != registration { registration = merged }
  }

  /// Whether the child's skills are not the ones known here.
  func lacksSync(_ heartbeat: Heartbeat) -> Bool {
    guard heartbeat.supportedSkills == nil, let hash = heartbeat.skillsHash else { return false }
    return hash != registration.skillsHash
  }
}

extension SkillVariant {
  init(_ skill: SkillInfo) {
    self.init(name: skill.name, version: skill.version, type: skill.type)
  }
}
