import RXON

/// What a child's heartbeat says of its leases, in `metadata.holon.leases`.
struct LeaseReport: Equatable, Sendable {
  let run: String
  /// How many leases this run had made; those with greater numbers came later.
  let made: Int
  /// The numbers of those whose polls had not ended.
  let open: Set<Int>

  init(run: String, made: Int, open: Set<Int>) {
    self.run = run
    self.made = made
    self.open = open
  }

  /// Nil where the heartbeat says nothing of them, or nothing that can be read.
  init?(_ heartbeat: Heartbeat) {
    guard let leases = heartbeat.metadata?[HolonMetadata.member]?[Self.member], let run = leases["run"]?.stringValue,
      let made = leases["made"]?.integerValue, let open = leases["open"], open.kind == .array
    else { return nil }
    self.init(run: run, made: made, open: Set(open.elements.compactMap(\.integerValue)))
  }

  private static let member = "leases"
  private static let runMember = "lease_run"

  /// The run that a registration says it is of; nil for a child without leases.
  static func run(in registration: WorkerRegistration) -> String? {
    registration.metadata?[HolonMetadata.member]?[runMember]?.stringValue
  }

  /// Says in a registration of which run it is.
  static func state(run: String, in registration: inout WorkerRegistration) {
    registration.metadata = HolonMetadata.setting(runMember, to: .string(run), in: registration.metadata)
  }

  /// What a registration says under `holon`, passed on in the name of another link.
  static func leavingOut(run holon: RawJSON) -> RawJSON {
    holon.setting(runMember, to: nil)
  }

  func state(in heartbeat: inout Heartbeat) {
    let leases = RawJSON.object([
      "run": .string(run), "made": .integer(made), "open": .array(open.sorted().map { .integer($0) }),
    ])
    heartbeat.metadata = HolonMetadata.setting(Self.member, to: leases, in: heartbeat.metadata)
  }

  /// Whether the child knew how the poll of this lease had ended.
  func knows(_ lease: Lease) -> Bool {
    lease.run != run || lease.number <= made && !open.contains(lease.number)
  }
}
