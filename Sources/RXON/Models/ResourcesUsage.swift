/// The present load of a worker (protocol §2).
public struct ResourcesUsage: Sendable, Hashable {
  /// 0 to 100.
  public var cpuLoadPercent: Double
  /// Gigabytes.
  public var ramUsedGB: Double
  /// Load by device.
  public var devicesUsage: [DeviceUsage]?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    cpuLoadPercent: Double = 0, ramUsedGB: Double = 0, devicesUsage: [DeviceUsage]? = nil, unknown: [JSONMember] = []
  ) {
    self.cpuLoadPercent = cpuLoadPercent
    self.ramUsedGB = ramUsedGB
    self.devicesUsage = devicesUsage
    self.unknown = unknown
  }
}

extension ResourcesUsage: RXONModel {
  public static let schema = ModelSchema([
    "cpu_load_percent": .value, "ram_used_gb": .value, "devices_usage": .list(DeviceUsage.schema),
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init()
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "cpu_load_percent": cpuLoadPercent = try decoder.double()
      case "ram_used_gb": ramUsedGB = try decoder.double()
      case "devices_usage": devicesUsage = try decoder.optionalList(of: DeviceUsage.self)
      default: unknown.append(try decoder.unknown(member))
      }
    }
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    if cpuLoadPercent != 0 { writer.member("cpu_load_percent", cpuLoadPercent) }
    if ramUsedGB != 0 { writer.member("ram_used_gb", ramUsedGB) }
    writer.member("devices_usage", devicesUsage)
    writer.members(unknown)
    writer.endObject()
  }
}
