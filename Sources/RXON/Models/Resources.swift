/// What a worker has, or what is asked of one (protocol §2).
public struct Resources: Sendable, Hashable {
  /// Graphics cards and the like.
  public var devices: [HardwareDevice]?
  /// Named amounts and words, an object; see ``PropertyMatching``.
  public var properties: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(devices: [HardwareDevice]? = nil, properties: RawJSON? = nil, unknown: [JSONMember] = []) {
    self.devices = devices
    self.properties = properties
    self.unknown = unknown
  }
}

extension Resources: RXONModel {
  public static let schema = ModelSchema([
    "devices": .list(HardwareDevice.schema), "properties": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init()
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "devices": devices = try decoder.optionalList(of: HardwareDevice.self)
      case "properties": properties = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("devices", devices)
    writer.member("properties", properties)
    writer.members(unknown)
    writer.endObject()
  }
}
