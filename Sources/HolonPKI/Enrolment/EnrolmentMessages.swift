import RXON

/// What a new node asks, and a node that renews: `POST` of JSON.
public struct EnrolmentRequest: Sendable {
  public static let enrolPath = "/_holon/enrol"
  public static let renewPath = "/_holon/renew"
  /// Bytes of a body, either way.
  public static let sizeLimit = 64 << 10

  /// nil in a renewal, which the present certificate authenticates.
  public var token: String?
  public var request: String

  public init(token: String?, request: CertificateRequest) {
    self.token = token
    self.request = request.pem
  }

  /// - Throws: of kind `malformed`.
  public init(_ body: [UInt8]) throws(PKIFailure) {
    let limits = JSONLimits(maximumDepth: 4, maximumBytes: Self.sizeLimit)
    guard let json = try? RawJSON(validating: body, limits: limits), let request = json["csr"]?.stringValue else {
      throw PKIFailure(.malformed, "the body is not {\"token\": …, \"csr\": …}")
    }
    token = json["token"]?.stringValue
    self.request = request
  }

  public var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("csr", request)
    writer.member("token", token)
    writer.endObject()
    return writer.bytes
  }
}

/// What the authority answers.
public struct EnrolmentAnswer: Sendable {
  public var id: String
  /// The node's certificate in PEM form.
  public var certificate: String
  /// The authority's certificate in PEM form.
  public var authority: String
  /// Where an enrolled node finds its parent; nil in the answer to a renewal.
  public var uplink: String?

  public init(id: String, certificate: String, authority: String, uplink: String?) {
    self.id = id
    self.certificate = certificate
    self.authority = authority
    self.uplink = uplink
  }

  /// - Throws: of kind `malformed`.
  public init(_ body: [UInt8]) throws(PKIFailure) {
    let limits = JSONLimits(maximumDepth: 4, maximumBytes: EnrolmentRequest.sizeLimit)
    guard let json = try? RawJSON(validating: body, limits: limits), let id = json["id"]?.stringValue,
      let certificate = json["certificate"]?.stringValue, let authority = json["ca"]?.stringValue
    else { throw PKIFailure(.malformed, "the answer holds no certificate") }
    self.id = id
    self.certificate = certificate
    self.authority = authority
    uplink = json["uplink"]?.stringValue
  }

  public var body: [UInt8] {
    var writer = JSONWriter(capacity: 4096)
    writer.beginObject()
    writer.member("ca", authority)
    writer.member("certificate", certificate)
    writer.member("id", id)
    writer.member("uplink", uplink)
    writer.endObject()
    return writer.bytes
  }

  /// Checks that the certificate is for `key` and for `id`, and signed by the authority that came with it.
  /// - Throws: of kind `malformed`.
  public func checked(for key: PrivateKey, id: String, now: Int) throws(PKIFailure) -> Certificate {
    let leaf = try Certificate(pem: certificate)
    let root = try Certificate(pem: authority)
    guard leaf.belongs(to: key) else { throw PKIFailure(.malformed, "the certificate is for another key") }
    guard leaf.commonName == id, self.id == id else {
      throw PKIFailure(.malformed, "the certificate is for '\(leaf.commonName ?? "-")', not for '\(id)'")
    }
    guard leaf.isSigned(by: root) else {
      throw PKIFailure(.malformed, "the certificate is not signed by the authority that came with it")
    }
    guard leaf.notBefore <= now, now < leaf.notAfter else {
      throw PKIFailure(.malformed, "the certificate is not good at this machine's time; set its clock")
    }
    return leaf
  }
}
