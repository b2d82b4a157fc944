/// How much a journal may hold, and what gives way when it is full.
///
/// Results never give way to anything.
public struct JournalLimits: Sendable, Hashable {
  /// What happens to new work for which there is no room.
  public enum Policy: String, Sendable, Hashable, CaseIterable {
    /// The commit fails with `JournalFailure.full`.
    case reject
    /// The oldest of the same kind become dead letters. Tasks that a child holds stay.
    case dropOldest = "drop_oldest"
    /// Of the events, those of the lowest priority become dead letters, the oldest first; a new event of lower priority
    /// than all that are stored is rejected. For tasks the same as `reject`.
    case dropLowestPriority = "drop_lowest_priority"
  }

  /// Most bytes of stored rows, dead letters included. The file may be larger by the write-ahead log (some 16 MiB) and
  /// by pages waiting for reuse. New tasks and events get nine tenths of it, results all.
  public var maximumBytes: Int
  public var maximumTasks: Int
  public var taskPolicy: Policy
  public var maximumEvents: Int
  public var eventPolicy: Policy
  /// More results than these are rejected.
  public var maximumResults: Int
  /// Beyond it the oldest dead letters are removed for good.
  public var maximumDeadLetters: Int
  /// How many ended tasks and how many taken events are remembered.
  public var rememberedRows: Int
  /// For how many seconds they are remembered.
  public var rememberedSeconds: Int

  public init(
    maximumBytes: Int = 10 << 30, maximumTasks: Int = 100_000, taskPolicy: Policy = .reject,
    maximumEvents: Int = 100_000, eventPolicy: Policy = .reject, maximumResults: Int = 1_000_000,
    maximumDeadLetters: Int = 10_000, rememberedRows: Int = 200_000, rememberedSeconds: Int = 7 * 24 * 3600
  ) {
    self.maximumBytes = maximumBytes
    self.maximumTasks = maximumTasks
    self.taskPolicy = taskPolicy
    self.maximumEvents = maximumEvents
    self.eventPolicy = eventPolicy
    self.maximumResults = maximumResults
    self.maximumDeadLetters = maximumDeadLetters
    self.rememberedRows = rememberedRows
    self.rememberedSeconds = rememberedSeconds
  }
}

/// How a journal works.
public struct JournalOptions: Sendable {
  public var limits: JournalLimits
  /// Contents of more bytes are stored as LZ4 frames where that saves space.
  public var compressOver: Int
  /// Most bytes of one content; a larger one is refused.
  public var maximumContentBytes: Int
  /// How long a recording may wait for company when nothing else is to be committed.
  public var recordingDelay: Duration
  /// Told what the journal did on its own. Called on the journal's thread; must not block.
  public var report: @Sendable (JournalIncident) -> Void

  public init(
    limits: JournalLimits = JournalLimits(), compressOver: Int = 1024, maximumContentBytes: Int = 64 << 20,
    recordingDelay: Duration = .milliseconds(5), report: @escaping @Sendable (JournalIncident) -> Void = { _ in }
  ) {
    self.limits = limits
    self.compressOver = compressOver
    self.maximumContentBytes = maximumContentBytes
    self.recordingDelay = recordingDelay
    self.report = report
  }
}
