/// Why a task failed (protocol §2).
public struct TaskError: Sendable, Hashable {
  /// What the parent may conclude from the failure.
  public var code: ErrorCode
  /// For a person.
  public var message: String
  /// Free-form, an object.
  public var details: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(code: ErrorCode, message: String, details: RawJSON? = nil, unknown: [JSONMember] = []) {
    self.code = code
    self.message = message
    self.details = details
    self.unknown = unknown
  }
}

extension TaskError: RXONModel {
  public static let schema = ModelSchema([
    "code": .value, "message": .value, "details": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(code: "", message: "")
    var code: String?
    var message: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "code": code = try decoder.string()
      case "message": message = try decoder.string()
      case "details": details = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.code = ErrorCode(try decoder.required(code, "code"))
    self.message = try decoder.required(message, "message")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("code", code.rawValue)
    writer.member("message", message)
    writer.member("details", details)
    writer.members(unknown)
    writer.endObject()
  }
}
