/// How tasks are taken and kept.
public struct TaskConfiguration: Sendable, Hashable {
  /// The orchestrator's secret, with which tasks are signed.
  public var secret: Secret?
  /// The PEM text of the orchestrator's Ed25519 key, where it signs tasks with one.
  public var publicKey: String?
  /// Off without a secret and a key: tasks pass untouched.
  public var verification: Verification
  /// How often a task is handed to a child before it goes back as a failure.
  public var maxAttempts: Int
  public var unroutable: Unroutable
  /// Tasks that may wait here for a child.
  public var maxQueued: Int

  /// What becomes of a task that no child is able to do.
  public enum Unroutable: String, Sendable, Hashable, CaseIterable {
    /// It waits for such a child until its deadline.
    case wait
    /// It goes back at once, as a failure that the parent may retry elsewhere.
    case `return`
  }
}

extension TaskConfiguration {
  init(reading section: SectionReader) {
    secret = section.secret(
      "secret", "The orchestrator's secret (its ORCHESTRATOR_SECRET_KEY); without it tasks pass on unverified.")
    publicKey = section.publicKey(
      "public_key", "The PEM file of the key of an orchestrator that signs tasks by Ed25519.")
    let verification = section.optional(
      "verify", ValueFormat<Verification>.word(), absent: "required; off without a secret and a key",
      "Whether tasks from parents must be signed with the secret, or by the key.")
    maxAttempts = section.value(
      "max_attempts", .integer(in: 1...100), default: 3,
      "How often a task is handed out, after children were lost, before it goes back as a failure.")
    unroutable = section.value(
      "unroutable", .word(), default: .wait,
      "A task that no child is able to do: wait until its deadline, or return it at once.")
    maxQueued = section.value(
      "max_queued", .integer(in: 1...10_000_000), default: 10_000,
      "Tasks that may wait here for a child; at the limit no more are polled for.")
    let canVerify = secret != nil || publicKey != nil || !section.reading.checksFiles
    self.verification = verification ?? (canVerify ? .required : .off)
    if !canVerify, let verification, verification != .off {
      section.reading.fault(
        at: section.place(of: "verify"), "tasks.verify is \(verification.rawValue), but there is no tasks.secret",
        remedy: "set tasks.secret or tasks.public_key, or verify: off")
    }
  }
}
