/// The whole configuration of a node, checked: every value is of its kind and in its range, and the values go together.
///
/// ``ConfigurationInputs`` loads one; `docs/configuration.md` is its reference.
public struct HolonConfiguration: Sendable, Hashable {
  /// The name under which this node registers with its parents, and signs.
  public var id: String
  /// Where children dial in. Never empty.
  public var listen: [ListenConfiguration]
  public var children: ChildrenConfiguration
  /// The parents, the preferred first. Empty at a root.
  public var uplinks: [UplinkConfiguration]
  public var uplinkPolicy: UplinkPolicy
  public var signing: SigningConfiguration
  public var tasks: TaskConfiguration
  /// The first route whose pattern matches a skill is the one that counts.
  public var routes: [RouteConfiguration]
  public var journal: JournalConfiguration
  /// Nothing is served when nil.
  public var status: StatusConfiguration?
  /// The authority that is served; nothing is when nil.
  public var pki: PKIConfiguration?
  public var limits: LimitConfiguration
  public var drain: DrainConfiguration
  public var log: LogConfiguration
  public var openSSL: OpenSSLConfiguration

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
      ListenConfiguration(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    children = ChildrenConfiguration(
      reading: section.section("children"), checksCertificates: listeners.contains { $0.value.checksCertificates })
    let parents = section.list("uplinks").compactMap { element in
      UplinkConfiguration(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    uplinkPolicy = section.value(
      "uplink_policy", .word(), default: .failover,
      "With several parents: the first that can be reached, or all of them by weight.")
    signing = SigningConfiguration(reading: section.section("signing"))
    tasks = TaskConfiguration(reading: section.section("tasks"))
    routes = section.list("routes").compactMap(RouteConfiguration.init(reading:))
    journal = JournalConfiguration(reading: section.section("journal"))
    let page = section.optionalSection("status").flatMap { element in
      StatusConfiguration(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    let authority = section.optionalSection("pki").flatMap { element in
      PKIConfiguration(reading: element).map { Placed(value: $0, place: element.place(of: "url")) }
    }
    limits = LimitConfiguration(reading: section.section("limits"))
    drain = DrainConfiguration(reading: section.section("drain"))
    log = LogConfiguration(reading: section.section("log"))
    openSSL = OpenSSLConfiguration(reading: section.section("openssl"))
    section.later(["blobs": "blob storage"])

    let check = ConsistencyCheck(reading: section.reading)
    check.listeners(listeners, wholeList: section.place(of: "listen"), children: children)
    check.uplinks(parents, wholeList: section.place(of: "uplinks"))
    check.transparency(of: parents)
    check.renewals(of: parents)
    check.signatures(of: parents, signing)
    if let page { check.status(page, listeners: listeners) }
    if let authority { check.enrolment(authority, listeners: listeners, status: page) }

    guard let id else { return nil }
    self.id = id
    listen = listeners.map(\.value)
    uplinks = parents.map(\.value)
    status = page?.value
    pki = authority?.value
  }
}
