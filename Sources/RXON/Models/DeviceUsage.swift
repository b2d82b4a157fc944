/// The present load of a device (protocol §2).
public struct DeviceUsage: Sendable, Hashable {
  /// The device's id.
  public var unitID: String
  /// 0 to 100.
  public var loadPercent: Double
  /// Measurements, an object.
  public var metrics: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(unitID: String, loadPercent: Double, metrics: RawJSON? = nil, unknown: [JSONMember] = []) {
    self.unitID = unitID
    self.loadPercent = loadPercent
    self.metrics = metrics
    self.unknown = unknown
  }
}

extension DeviceUsage: RXONModel {
  public static let schema = ModelSchema([
    "unit_id": .value, "load_percent": .value, "metrics": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(unitID: "", loadPercent: 0)
    var unitID: String?
    var loadPercent: Double?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "unit_id": unitID = try decoder.string()
      case "load_percent": loadPercent = try decoder.double()
      case "metrics": metrics = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.unitID = try decoder.required(unitID, "unit_id")
    self.loadPercent = try decoder.required(loadPercent, "load_percent")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("unit_id", unitID)
    writer.member("load_percent", loadPercent)
    writer.member("metrics", metrics)
    writer.members(unknown)
    writer.endObject()
  }
}
