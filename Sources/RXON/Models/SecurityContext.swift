/// Who signed a message, and who stands behind it (protocol §2).
public struct SecurityContext: Sendable, Hashable {
  /// Lower-case hexadecimal.
  public var signature: String?
  /// The id of the signer.
  public var signerID: String?
  /// The nodes that vouched for the message on its way.
  public var identityChain: [String]?
  /// Free-form, for extensions.
  public var metadata: RawJSON?
  /// Members that this model does not know, in their order.
  public var unknown: [JSONMember]

  public init(
    signature: String? = nil, signerID: String? = nil, identityChain: [String]? = nil, metadata: RawJSON? = nil,
    unknown: [JSONMember] = []
  ) {
    self.signature = signature
    self.signerID = signerID
    self.identityChain = identityChain
    self.metadata = metadata
    self.unknown = unknown
  }
}

extension SecurityContext: RXONModel {
  public static let schema = ModelSchema([
    "signature": .value, "signer_id": .value, "identity_chain": .value, "metadata": .value,
  ])

  public init(from decoder: inout ModelDecoder) throws(ModelError) {
    self.init()
    var members = try decoder.object()
    while let member = try members.next(&decoder) {
      switch member {
      case "signature": signature = try decoder.optionalString()
      case "signer_id": signerID = try decoder.optionalString()
      case "identity_chain": identityChain = try decoder.optionalStrings()
      case "metadata": metadata = try decoder.optionalRawObject()
      default: unknown.append(try decoder.unknown(member))
      }
    }
  }

  public func encode(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("signature", signature)
    writer.member("signer_id", signerID)
    writer.member("identity_chain", identityChain)
    writer.member("metadata", metadata)
    writer.members(unknown)
    writer.endObject()
  }
}
