/// The whole configuration of a node, checked: every value is of its kind and in its range, and the values go together.
///
/// ``ConfigurationInputs`` loads one; `docs/configuration.md` is its reference.
public struct HolonConfiguration: Sendable, Hashable {
  /// The name under which this node registers with its parents, and signs.
  public var id: String
  /// Where children dial in. Never empty.
  public var listen: [Listen]
  public var children: Children
  /// The parents, the preferred first. Empty at a root.
  public var uplinks: [Uplink]
  public var uplinkPolicy: UplinkPolicy
  public var tasks: Tasks
  /// The first route whose pattern matches a skill is the one that counts.
  public var routes: [Route]
  public var journal: Journal
  /// Nothing is served when nil.
  public var status: Status?
  public var limits: Limits
  public var drain: Drain
  public var log: Log

  /// How several parents share the work.
  public enum UplinkPolicy: String, Sendable, Hashable, CaseIterable {
    /// The first parent that can be reached.
    case failover
    /// All of them, by their weights.
    case weighted
  }
}

extension HolonConfiguration {
  /// `nil` when something is missing without which there is nothing to build; that is among the faults then.
  init?(reading section: SectionReader) {
    let id = section.required(
      "id", .identifier, "The name under which this node registers with its parents; children see it in chains.")
    let listeners = section.list("listen").compactMap { element in
      Listen(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    children = Children(reading: section.section("children"))
    let parents = section.list("uplinks").compactMap { element in
      Uplink(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    uplinkPolicy = section.value(
      "uplink_policy", .word(), default: .failover,
      "With several parents: the first that can be reached, or all of them by weight.")
    tasks = Tasks(reading: section.section("tasks"))
    routes = section.list("routes").compactMap(Route.init(reading:))
    journal = Journal(reading: section.section("journal"))
    let page = section.optionalSection("status").flatMap { element in
      Status(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    limits = Limits(reading: section.section("limits"))
    drain = Drain(reading: section.section("drain"))
    log = Log(reading: section.section("log"))
    section.later(["blobs": "blob storage", "tls": "TLS", "proxy": "proxies"])

    let check = ConsistencyCheck(reading: section.reading)
    check.listeners(listeners, wholeList: section.place(of: "listen"), children: children)
    check.uplinks(parents, wholeList: section.place(of: "uplinks"))
    if let page { check.status(page, listeners: listeners) }

    guard let id else { return nil }
    self.id = id
    listen = listeners.map(\.value)
    uplinks = parents.map(\.value)
    status = page?.value
  }
}
