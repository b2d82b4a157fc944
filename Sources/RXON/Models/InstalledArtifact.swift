/// A model, a data set or the like that a worker has at hand (protocol §2).
public struct InstalledArtifact: Sendable, Hashable {
  /// What requirements ask for.
  public var name: String
  /// Compared for equality only.
  public var version: String
  /// A free word for the kind of artifact.
  public var type: String?
  /// Named amounts and words, an object.
  public var properties: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    name: String, version: String = "unknown", type: String? = nil, properties: RawJSON? = nil,
    unknown: [JSONMember] = []
  ) {
    self.name = name
    self.version = version
    self.type = type
    self.properties = properties
    self.unknown = unknown
  }
}

extension InstalledArtifact: RXONModel {
  public static let schema = ModelSchema([
    "name": .value, "version": .value, "type": .value, "properties": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(name: "")
    var name: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "name": name = try decoder.string()
      case "version": version = try decoder.string()
      case "type": type = try decoder.optionalString()
      case "properties": properties = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.name = try decoder.required(name, "name")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    if version != "unknown" { writer.member("version", version) }
    writer.member("type", type)
    writer.member("properties", properties)
    writer.members(unknown)
    writer.endObject()
  }
}
