/// What becomes of callers with wrong credentials.
public struct FailureConfiguration: Sendable, Hashable {
  /// By one identity from one address, before it has to wait.
  public var allowed: Int
  /// The first wait, which doubles with each further failure.
  public var delay: Duration
  public var maxDelay: Duration
  /// By whomever from one address, in a minute.
  public var perAddress: Int
}

extension FailureConfiguration {
  init(reading section: SectionReader) {
    allowed = section.value(
      "allowed", .integer(in: 1...1_000_000), default: 10,
      "How often one worker id may fail to authenticate from one address before its calls have to wait.")
    delay = section.value(
      "delay", .duration(in: .milliseconds(100) ... .seconds(3600)), default: .seconds(1),
      "The first wait, answered 429 with `Retry-After`; each further failure doubles it.")
    maxDelay = section.value(
      "max_delay", .duration(in: .milliseconds(100) ... .seconds(86_400)), default: .seconds(60),
      "The longest wait; ten times as long without a failure, and all is forgotten.")
    perAddress = section.value(
      "per_address", .integer(in: 1...100_000_000), default: 600,
      "Failures from one address in a minute, whoever fails; beyond, only children that have proven themselves from "
        + "there within the hour are let through.")
  }
}
