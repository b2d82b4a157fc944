/// How the node ends.
public struct DrainConfiguration: Sendable, Hashable {
  /// The longest that running tasks and undelivered results are waited for.
  public var timeout: Duration
}

extension DrainConfiguration {
  init(reading section: SectionReader) {
    timeout = section.value(
      "timeout", .duration(in: .zero ... .seconds(86_400)), default: .seconds(30),
      "After SIGTERM: the longest wait for running tasks, for results to be delivered, and for open polls, which a plain "
        + "parent would answer with a task for nobody.")
  }
}
