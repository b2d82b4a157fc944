import RXON

/// What the outcome of a delivery up means for the item: the whole policy, without state.
///
/// Two facts about parents shape it. A "duplicate" is no proof that the first message was processed, since a parent
/// claims the nonce before it looks at the signature. And some parents answer 403 to every failed authentication, so a
/// 403 speaks against the item only when the parent is known to accept this node's credentials.
public struct OutcomeTable: Sendable, Hashable {
  /// The history of an item that counts for the verdict.
  public struct History: Sendable, Hashable {
    /// How often it was called a duplicate before.
    public var duplicates = 0
    /// How often it was forbidden, with good credentials, before.
    public var refusals = 0
    /// How often it was not understood before.
    public var rejections = 0
    /// It already stands in the place of a larger one.
    public var isReplacement = false

    public init() {}
  }

  public enum Verdict: Sendable, Hashable {
    /// Final answer of the parent.
    case settle(String)
    case deadLetter(DeadLetterReason)
    case replaceWithTooLargeFailure
    /// Try again after the item's own back-off, and slow the uplink if it seems to be the uplink's fault.
    case backOff(Suspect, countsAsAttempt: Bool, atLeast: Duration?)
    /// Sign anew and try again after this time.
    case signAnew(after: Duration)
    /// The parent refuses the item; try again after its own back-off.
    case refused
    case rejected
    case awaitCredentials
    case awaitRegistration
    /// All calls of this kind pause.
    case rateLimited(retryAfter: Duration?)
  }

  /// What a failure speaks against.
  public enum Suspect: Sendable, Hashable {
    /// The link is gone: stop using it until it answers.
    case link
    /// The link or the parent, unless others get through.
    case linkOrItem
    /// Nothing: this side ended the call.
    case nobody
  }

  /// Times that an item is called a duplicate before it is over.
  public var duplicateTries: Int
  /// The wait before an event is sent again: its nonce is its id, which a parent remembers for 65 s.
  public var duplicateEventWait: Duration
  /// The wait before a result is sent again: its nonce is its signature, which the next second changes.
  public var duplicateResultWait: Duration
  /// Tries before an item that is forbidden becomes a dead letter.
  public var refusalTries: Int
  /// Tries before an item that is not understood becomes a dead letter.
  public var rejectionTries: Int

  public init(
    duplicateTries: Int = 5, duplicateEventWait: Duration = .seconds(66), duplicateResultWait: Duration = .seconds(1),
    refusalTries: Int = 5, rejectionTries: Int = 3
  ) {
    self.duplicateTries = duplicateTries
    self.duplicateEventWait = duplicateEventWait
    self.duplicateResultWait = duplicateResultWait
    self.refusalTries = refusalTries
    self.rejectionTries = rejectionTries
  }

  /// - Parameter credentialsProven: since this item was handed out, or was last forbidden, the parent took something
  ///   else that these credentials signed.
  public func verdict(
    on outcome: DeliveryOutcome, kind: OutboxKind, history: History, credentialsProven: Bool
  ) -> Verdict {
    switch outcome {
    case .accepted: .settle("accepted")
    case .ignored(let reason): .settle("ignored: \(reason.prefix(64))")
    case .failed(let error):
      verdict(on: error, kind: kind, history: history, credentialsProven: credentialsProven)
    }
  }

  private func verdict(
    on error: TransportError, kind: OutboxKind, history: History, credentialsProven: Bool
  ) -> Verdict {
    switch error.kind {
    case .unreachable: .backOff(.link, countsAsAttempt: false, atLeast: nil)
    case .interrupted, .timedOut, .protocolViolation: .backOff(.linkOrItem, countsAsAttempt: true, atLeast: nil)
    case .serverError: .backOff(.linkOrItem, countsAsAttempt: true, atLeast: error.retryAfter)
    case .closed: .backOff(.nobody, countsAsAttempt: false, atLeast: nil)
    case .unauthorized: .awaitCredentials
    case .notFound: .awaitRegistration
    case .rateLimited: .rateLimited(retryAfter: error.retryAfter)
    case .duplicate: duplicateVerdict(kind: kind, history: history)
    case .forbidden where !credentialsProven: .awaitCredentials
    case .forbidden: history.refusals + 1 < refusalTries ? .refused : .deadLetter(.forbidden)
    case .rejected, .conflict: history.rejections + 1 < rejectionTries ? .rejected : .deadLetter(.rejected)
    case .payloadTooLarge:
      kind == .result && !history.isReplacement ? .replaceWithTooLargeFailure : .deadLetter(.tooLarge)
    case .unsendable: .deadLetter(.unsendable)
    }
  }

  /// What a "duplicate" means.
  ///
  /// A result whose first answer was lost is not called a duplicate when it comes again with a later signature: the
  /// parent answers `ignored`, which is final. So a result that stays a duplicate was never seen to be processed, and
  /// it is kept for a person. An event's id is claimed for 65 s; a parent that still knows it after several such waits
  /// remembers it for good, and has it.
  private func duplicateVerdict(kind: OutboxKind, history: History) -> Verdict {
    guard history.duplicates + 1 < duplicateTries else {
      return kind == .event ? .settle("duplicate") : .deadLetter(.duplicate)
    }
    // A later second did not help a result twice: this parent takes something else for its nonce.
    let isNonceSigned = kind == .result && history.duplicates < 2
    return .signAnew(after: isNonceSigned ? duplicateResultWait : duplicateEventWait)
  }
}
