/// How often one child may call, each kind of call for itself. Nil for any number.
public struct RateConfiguration: Sendable, Hashable {
  public var registrations: Int?
  public var polls: Int?
  public var results: Int?
  public var heartbeats: Int?
  public var events: Int?
  public var tokens: Int?
  /// Openings of the command channel.
  public var channels: Int?
}

extension RateConfiguration {
  init(reading section: SectionReader) {
    func rate(_ name: String, _ fallback: Int, _ what: String) -> Int? {
      let summary = "\(what) of one child in a minute, at once or spread out; more are answered 429. 0 for no limit."
      let rate = section.value(name, .integer(in: 0...100_000_000), default: fallback, summary)
      return rate == 0 ? nil : rate
    }
    registrations = rate("registrations", 120, "Registrations")
    polls = rate("polls", 0, "Polls")
    results = rate("results", 0, "Results")
    heartbeats = rate("heartbeats", 600, "Heartbeats")
    events = rate("events", 60_000, "Events, by POST and over the command channel,")
    tokens = rate("tokens", 60, "Access tokens")
    channels = rate("channels", 60, "Openings of the command channel")
  }
}
