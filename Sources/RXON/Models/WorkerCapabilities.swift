/// Where a worker runs, what it costs and what else it can do (protocol §2).
public struct WorkerCapabilities: Sendable, Hashable {
  /// The worker's host.
  public var hostname: String
  /// The worker's address.
  public var ipAddress: String
  /// What a task costs, by skill; less is preferred.
  public var costPerSkill: [String: Double]?
  /// See ``BlobConfiguration``.
  public var s3ConfigHash: String?
  /// Optional abilities, an object: `websockets` and the like.
  public var extra: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    hostname: String = "unknown", ipAddress: String = "0.0.0.0", costPerSkill: [String: Double]? = nil,
    s3ConfigHash: String? = nil, extra: RawJSON? = nil, unknown: [JSONMember] = []
  ) {
    self.hostname = hostname
    self.ipAddress = ipAddress
    self.costPerSkill = costPerSkill
    self.s3ConfigHash = s3ConfigHash
    self.extra = extra
    self.unknown = unknown
  }
}

extension WorkerCapabilities: RXONModel {
  public static let schema = ModelSchema([
    "hostname": .value, "ip_address": .value, "cost_per_skill": .value, "s3_config_hash": .value, "extra": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init()
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "hostname": hostname = try decoder.string()
      case "ip_address": ipAddress = try decoder.string()
      case "cost_per_skill": costPerSkill = try decoder.optionalDoubleMap()
      case "s3_config_hash": s3ConfigHash = try decoder.optionalString()
      case "extra": extra = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    if hostname != "unknown" { writer.member("hostname", hostname) }
    if ipAddress != "0.0.0.0" { writer.member("ip_address", ipAddress) }
    writer.member("cost_per_skill", costPerSkill)
    writer.member("s3_config_hash", s3ConfigHash)
    writer.member("extra", extra)
    writer.members(unknown)
    writer.endObject()
  }
}
