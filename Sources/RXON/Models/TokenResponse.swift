/// An access token, issued by a parent (protocol §2).
public struct TokenResponse: Sendable, Hashable {
  /// Names its worker in place of the configured token.
  public var accessToken: String
  /// Seconds.
  public var expiresIn: Int
  /// The worker that the token is for.
  public var workerID: String
  /// Obtains the next access token.
  public var refreshToken: String?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    accessToken: String, expiresIn: Int, workerID: String, refreshToken: String? = nil, metadata: RawJSON? = nil,
    unknown: [JSONMember] = []
  ) {
    self.accessToken = accessToken
    self.expiresIn = expiresIn
    self.workerID = workerID
    self.refreshToken = refreshToken
    self.metadata = metadata
    self.unknown = unknown
  }
}

extension TokenResponse: RXONModel {
  public static let schema = ModelSchema([
    "access_token": .value, "expires_in": .value, "worker_id": .value, "refresh_token": .value, "metadata": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init(accessToken: "", expiresIn: 0, workerID: "")
    var accessToken: String?
    var expiresIn: Int?
    var workerID: String?
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "access_token": accessToken = try decoder.string()
      case "expires_in": expiresIn = try decoder.integer()
      case "worker_id": workerID = try decoder.string()
      case "refresh_token": refreshToken = try decoder.optionalString()
      case "metadata": metadata = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
    self.accessToken = try decoder.required(accessToken, "access_token")
    self.expiresIn = try decoder.required(expiresIn, "expires_in")
    self.workerID = try decoder.required(workerID, "worker_id")
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("access_token", accessToken)
    writer.member("expires_in", expiresIn)
    writer.member("worker_id", workerID)
    writer.member("refresh_token", refreshToken)
    writer.member("metadata", metadata)
    writer.members(unknown)
    writer.endObject()
  }
}
