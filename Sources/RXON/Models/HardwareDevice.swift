/// A device of a worker (protocol §2).
public struct HardwareDevice: Sendable, Hashable {
  /// `gpu`, `cpu` and the like.
  public var type: String
  /// The maker's name; a requirement matches by a part of it.
  public var model: String?
  /// Identifies the device within its worker.
  public var id: String?
  /// Named amounts and words, an object.
  public var properties: RawJSON?
  /// Measurements, an object.
  public var metrics: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    type: String, model: String? = nil, id: String? = nil, properties: RawJSON? = nil, metrics: RawJSON? = nil,
    unknown: [JSONMember] = []
  ) {
    self.type = type
    self.model = model
    self.id = id
    self.properties = properties
    self.metrics = metrics
    self.unknown = unknown
  }
}

extension HardwareDevice: RXONModel {
  public static let schema = ModelSchema([
    "type": .value, "model": .value, "id": .value, "properties": .value, "metrics": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(type: "")
    var type: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "type": type = try decoder.string()
      case "model": model = try decoder.optionalString()
      case "id": id = try decoder.optionalString()
      case "properties": properties = try decoder.optionalRawObject()
      case "metrics": metrics = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.type = try decoder.required(type, "type")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", type)
    writer.member("model", model)
    writer.member("id", id)
    writer.member("properties", properties)
    writer.member("metrics", metrics)
    writer.members(unknown)
    writer.endObject()
  }
}
