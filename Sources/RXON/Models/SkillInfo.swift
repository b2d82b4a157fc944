/// A named ability that tasks ask for (protocol §2).
public struct SkillInfo: Sendable, Hashable {
  /// What tasks ask for.
  public var name: String
  /// A free word for the kind of skill.
  public var type: String?
  /// For a person.
  public var description: String?
  /// Compared for equality only.
  public var version: String?
  /// JSON Schema of the parameters.
  public var inputSchema: RawJSON?
  /// JSON Schema of the result's data.
  public var outputSchema: RawJSON?
  /// JSON Schema of the payload, by type of event.
  public var eventsSchema: [String: RawJSON]?
  /// Statuses that results may have.
  public var outputStatuses: [String]?
  /// The language of the schemas.
  public var schemaDialect: String
  /// Free-form, an object.
  public var properties: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    name: String, type: String? = nil, description: String? = nil, version: String? = nil, inputSchema: RawJSON? = nil,
    outputSchema: RawJSON? = nil, eventsSchema: [String: RawJSON]? = nil, outputStatuses: [String]? = nil,
    schemaDialect: String = "json-schema", properties: RawJSON? = nil, unknown: [JSONMember] = []
  ) {
    self.name = name
    self.type = type
    self.description = description
    self.version = version
    self.inputSchema = inputSchema
    self.outputSchema = outputSchema
    self.eventsSchema = eventsSchema
    self.outputStatuses = outputStatuses
    self.schemaDialect = schemaDialect
    self.properties = properties
    self.unknown = unknown
  }
}

extension SkillInfo: RXONModel {
  public static let schema = ModelSchema([
    "name": .value, "type": .value, "description": .value, "version": .value, "input_schema": .value,
    "output_schema": .value, "events_schema": .value, "output_statuses": .value, "schema_dialect": .value,
    "properties": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(name: "")
    var name: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "name": name = try decoder.string()
      case "type": type = try decoder.optionalString()
      case "description": description = try decoder.optionalString()
      case "version": version = try decoder.optionalString()
      case "input_schema": inputSchema = try decoder.optionalRawObject()
      case "output_schema": outputSchema = try decoder.optionalRawObject()
      case "events_schema": eventsSchema = try decoder.optionalObjectMap()
      case "output_statuses": outputStatuses = try decoder.optionalStrings()
      case "schema_dialect": schemaDialect = try decoder.string()
      case "properties": properties = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.name = try decoder.required(name, "name")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("type", type)
    writer.member("description", description)
    writer.member("version", version)
    writer.member("input_schema", inputSchema)
    writer.member("output_schema", outputSchema)
    writer.member("events_schema", eventsSchema)
    writer.member("output_statuses", outputStatuses)
    if schemaDialect != "json-schema" { writer.member("schema_dialect", schemaDialect) }
    writer.member("properties", properties)
    writer.members(unknown)
    writer.endObject()
  }
}
