import RXON
import RXONSignatures

/// All that a new node needs to join: one line that is carried to it once.
///
/// `holon-join:1:` and base64url of canonical JSON with four bytes of its SHA-256 behind it, so that what was damaged
/// in copying is told before anybody is dialled. It holds a secret.
public struct JoinString: Sendable, Hashable {
  /// Where the enrolment endpoint is dialled.
  public var url: Endpoint
  public var id: String
  /// SHA-256 of the authority's certificate, 32 bytes.
  public var authority: [UInt8]
  public var token: String
  /// Unix seconds.
  public var expires: Int

  static let prefix = "holon-join:"
  static let version = "1"
  static let sizeLimit = 4096

  public init(url: Endpoint, id: String, authority: [UInt8], token: String, expires: Int) {
    self.url = url
    self.id = id
    self.authority = authority
    self.token = token
    self.expires = expires
  }

  /// The line itself.
  public var exposedText: String {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.member("ca", hexadecimal(authority))
    writer.member("expires", expires)
    writer.member("id", id)
    writer.member("token", token)
    writer.member("url", url.description)
    writer.endObject()
    let content = writer.bytes
    return "\(Self.prefix)\(Self.version):\(Base64URL.encode(content + SHA256Digest.hash(content).prefix(4)))"
  }

  /// - Parameter text: white space in it, as terminals put in where they wrap lines, does no harm.
  /// - Throws: ``PKIFailure`` that says what is wrong with it.
  public init(_ text: String) throws(PKIFailure) {
    let text = String(text.filter { !$0.isWhitespace })
    guard text.utf8.count <= Self.sizeLimit else { throw .joinString("it is too long") }
    guard text.hasPrefix(Self.prefix) else { throw .joinString("it does not begin with \(Self.prefix)") }
    let parts = text.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .joinString("it is incomplete") }
    guard parts[0] == Self.version else {
      throw PKIFailure(
        .malformed, "the join string has the version \(parts[0].prefix(8)), this holon knows \(Self.version); update it"
      )
    }
    guard let bytes = Base64URL.decode(parts[1]), bytes.count > 4 else { throw .joinString("it is damaged") }
    let content = Array(bytes.dropLast(4))
    guard SHA256Digest.hash(content).prefix(4).elementsEqual(bytes.suffix(4)) else {
      throw .joinString("it is damaged, or a part of it is missing")
    }
    try self.init(content: content)
  }

  private init(content: [UInt8]) throws(PKIFailure) {
    guard let json = try? RawJSON(validating: content), let url = json["url"]?.stringValue,
      let id = json["id"]?.stringValue, let token = json["token"]?.stringValue,
      let expires = json["expires"]?.integerValue, let authority = json["ca"]?.stringValue.flatMap(bytes(hexadecimal:)),
      authority.count == 32
    else { throw .joinString("a part of it is missing") }
    guard let endpoint = try? Endpoint(url), endpoint.scheme == "https" else {
      throw .joinString("its URL '\(url)' is not one of https://")
    }
    // Refuses what no certificate could carry.
    _ = try SubjectNames(id: id)
    self.init(url: endpoint, id: id, authority: authority, token: token, expires: expires)
  }

  /// - Parameter now: Unix seconds.
  public func expectUnexpired(at now: Int) throws(PKIFailure) {
    guard now < expires else {
      throw PKIFailure(
        .refused,
        "the invitation has expired; make a new one with holon pki invite, or set this machine's clock if it is ahead")
    }
  }
}

extension JoinString: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "JoinString(\(id) at \(url))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PKIFailure {
  fileprivate static func joinString(_ problem: String) -> PKIFailure {
    PKIFailure(
      .malformed, "this is not a join string: \(problem); copy the whole line that holon pki invite printed, in quotes")
  }
}
