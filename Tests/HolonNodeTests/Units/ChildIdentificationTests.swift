import HolonConfig
import HolonRouting
import RXON
import RXONSignatures
import Testing

@testable import HolonNode

@Suite("Who a caller is")
struct ChildIdentificationTests {
  private static let now = 1_000_000

  /// What is known of children: `w1` has a token of its own in the configuration, `w2` one that was issued, `w3` neither.
  private struct Door {
    var identification: ChildIdentification
    let issued: String

    init(_ auth: String = "mixed", identity: String = "cn", token: String? = "global") throws {
      var flags = [
        ("id", "holon"), ("listen[0].url", "http://127.0.0.1:0"), ("children.certificate_identity", identity),
      ]
      if let token { flags.append(("children.token", token)) }
      let inputs = ConfigurationInputs(
        environment: ["HOLON_CHILDREN_TOKENS_w1": "own"],
        flags: flags.map { ConfigurationFlag("--\($0.0)", sets: $0.0, to: $0.1) })
      var policy = try inputs.load().configuration.children
      policy.authentication = try #require(ChildrenConfiguration.Authentication(rawValue: auth))
      var access = ChildAccess(secret: ChildAccess.makeSecret())
      let plan = try access.plan(.issueToken, of: "w2", at: 0)
      access.apply(plan.change)
      issued = try #require(plan.token)
      identification = ChildIdentification(policy: policy, access: access)
    }

    /// The worker, or the status of the refusal.
    func answer(
      _ workerID: String?, token: String? = nil, _ certificate: ClientCertificate? = nil, at time: Int = now
    ) -> String {
      let credentials = Credentials(
        token: token, workerID: workerID, certificate: certificate, remoteAddress: "127.0.0.1")
      do throws(CallFailure) {
        return try identification.identify(credentials, at: time).workerID
      } catch {
        return "\(error.status)"
      }
    }

    /// The status with which a refresh is refused; nil when it is not.
    mutating func refreshes(_ token: String, _ certificate: ClientCertificate?) -> Int? {
      let credentials = Credentials(
        token: nil, workerID: nil, certificate: certificate, remoteAddress: "127.0.0.1")
      do throws(CallFailure) {
        _ = try identification.refresh(token, by: credentials, at: now)
        return nil
      } catch {
        return error.status
      }
    }

    func identity(
      _ workerID: String, token: String? = nil, _ certificate: ClientCertificate? = nil
    ) throws -> ChildAuthenticator.Identity {
      try identification.identify(
        Credentials(token: token, workerID: workerID, certificate: certificate, remoteAddress: "127.0.0.1"), at: now)
    }
  }

  private func certificate(
    _ name: String? = nil, dns: [String] = [], uris: [String] = [], expires: Int = now + 60
  ) -> ClientCertificate {
    ClientCertificate(commonName: name, dnsNames: dns, uriNames: uris, fingerprint: "00", expires: expires)
  }

  // MARK: Tokens

  @Test(
    "a child has one way in by token: its own where it has one, else the global one",
    arguments: ["mixed", "token-only"])
  func tokens(auth: String) throws {
    let door = try Door(auth)
    #expect(door.answer("w1", token: "own") == "w1")
    #expect(door.answer("w1", token: "global") == "403")
    #expect(door.answer("w2", token: door.issued) == "w2")
    #expect(door.answer("w2", token: "global") == "403")
    #expect(door.answer("w3", token: "global") == "w3")
    #expect(door.answer("w3", token: "own") == "403")
    #expect(door.answer("w3", token: door.issued) == "403")
    #expect(door.answer("w3", token: "") == "403")
    #expect(door.answer("w3") == "403")
    #expect(door.answer(nil, token: "global") == "403")
    #expect(door.answer("a/b", token: "global") == "400")
  }

  @Test("a child that has an issued token signs with that, not with the global one")
  func secretsOfIssuedToken() throws {
    let door = try Door()
    let secrets = try door.identity("w2", token: door.issued).secrets
    #expect(secrets.count == 1)
    #expect(try secrets[0].signature(of: [1]) == HMACSecret(door.issued).signature(of: [1]))
  }

  // MARK: Certificates

  @Test("a certificate names its child, whatever token there is besides", arguments: ["mixed", "mtls-only"])
  func certificates(auth: String) throws {
    let door = try Door(auth)
    let w3 = certificate("w3")
    #expect(door.answer("w3", w3) == "w3")
    #expect(door.answer(nil, w3) == "w3")
    #expect(door.answer("w3", token: "wrong", w3) == "w3")
    #expect(door.answer("w1", token: "own", w3) == "403")
    #expect(door.answer("w3", certificate(nil)) == "403")
    #expect(door.answer("w3", certificate("w3.example")) == "403")
    #expect(door.answer("w3", certificate("w3", expires: Self.now)) == "403")
  }

  @Test("without a certificate mtls-only refuses every token, and says so")
  func mtlsOnly() throws {
    let door = try Door("mtls-only")
    #expect(door.answer("w1", token: "own") == "403")
    let failure = #expect(throws: CallFailure.self) { try door.identity("w1", token: "own") }
    #expect(failure?.message.contains("client certificate is needed") == true)
  }

  @Test("token-only does not look at certificates")
  func tokenOnly() throws {
    let door = try Door("token-only")
    #expect(door.answer("w3", certificate("w3")) == "403")
    #expect(door.answer("w1", token: "own", certificate("w3")) == "w1")
  }

  @Test("of several names any one serves, and one must be said")
  func severalNames() throws {
    let door = try Door(identity: "dns")
    let shared = certificate("w1", dns: ["host.example", "w3", "w4"])
    #expect(door.answer("w3", shared) == "w3")
    #expect(door.answer("w4", shared) == "w4")
    #expect(door.answer("w1", shared) == "403")
    #expect(door.answer(nil, shared) == "403")
    #expect(door.answer(nil, certificate(dns: ["host.example", "w3", "w3"])) == "w3")
  }

  @Test(
    "a URI names a child as rxon:ID or urn:rxon:ID only",
    arguments: [
      ("rxon:w3", "w3"), ("urn:rxon:w3", "w3"), ("URN:RXON:w3", "w3"), ("spiffe://example/w3", "403"),
      ("urn:other:w3", "403"), ("rxon:W3", "403"), ("rxon://w3", "403"), ("rxon:w3/more", "403"), ("w3", "403"),
    ])
  func uris(uri: String, expected: String) throws {
    #expect(try Door(identity: "uri").answer("w3", certificate("w3", uris: [uri])) == expected)
  }

  @Test("a child by certificate signs with what is known of it")
  func certifiedSecrets() throws {
    let door = try Door(token: nil)
    #expect(try door.identity("w1", certificate("w1")).secrets.count == 1)
    #expect(try door.identity("w2", token: door.issued, certificate("w2")).secrets.count == 1)
    #expect(try door.identity("w2", token: "wrong", certificate("w2")).secrets.isEmpty)
    #expect(try door.identity("w3", token: "wrong", certificate("w3")).secrets.isEmpty)
  }

  // MARK: Access tokens

  @Test("an access token for a certificate serves beside that certificate only")
  func boundAccessToken() throws {
    var door = try Door()
    let token = try door.identification.issueToken(to: door.identity("w3", certificate("w3")), at: Self.now)
    #expect(door.answer("w3", token: token.accessToken, certificate("w3")) == "w3")
    #expect(door.answer("w3", token: token.accessToken) == "403")
    #expect(door.answer("w1", token: token.accessToken, certificate("w1")) == "403")
    #expect(try door.identity("w3", token: token.accessToken, certificate("w3")).secrets.count == 2)
    let refresh = try #require(token.refreshToken)
    #expect(door.refreshes(refresh, nil) == 403)
    #expect(door.refreshes(refresh, certificate("w1")) == 403)
    #expect(door.refreshes(refresh, certificate("w3")) == nil)
  }

  @Test("an expired access token is answered 401, with a certificate and without")
  func expired() throws {
    var door = try Door()
    let later = Self.now + 3600
    let bearer = try door.identification.issueToken(to: door.identity("w1", token: "own"), at: Self.now)
    #expect(door.answer("w1", token: bearer.accessToken, at: later - 1) == "w1")
    #expect(door.answer("w1", token: bearer.accessToken, at: later) == "401")
    let bound = try door.identification.issueToken(to: door.identity("w3", certificate("w3")), at: Self.now)
    let lasting = certificate("w3", expires: later + 60)
    #expect(door.answer("w3", token: bound.accessToken, lasting, at: later) == "401")
  }

  @Test("on an open command channel a child signs with the tokens that it was given since")
  func signsOnOpenChannel() throws {
    var door = try Door()
    let token = try door.identification.issueToken(to: door.identity("w1", token: "own"), at: Self.now).accessToken
    let opening = Credentials(token: "own", workerID: "w1", remoteAddress: "127.0.0.1")
    func signsWith(_ token: String, at time: Int) throws -> Bool {
      let identity = try door.identification.identify(onChannelOpenedAt: Self.now, with: opening, at: time)
      return try identity.secrets.contains { try $0.signature(of: [1]) == HMACSecret(token).signature(of: [1]) }
    }
    #expect(try signsWith("own", at: Self.now + 1))
    #expect(try signsWith(token, at: Self.now + 1))
    #expect(try !signsWith(token, at: Self.now + 7200))
  }

  @Test("a client that refreshed an expired token goes on to sign with that one for a while")
  func signsWithTheTokenBefore() throws {
    var door = try Door()
    let later = Self.now + 3601
    let first = try door.identification.issueToken(to: door.identity("w1", token: "own"), at: Self.now)
    let credentials = Credentials(token: nil, workerID: "w1", remoteAddress: "127.0.0.1")
    let second = try door.identification.refresh(
      try #require(first.refreshToken), by: credentials, at: later)
    func signsWith(_ token: String, at time: Int) throws -> Bool {
      let call = Credentials(token: second.accessToken, workerID: "w1", remoteAddress: "127.0.0.1")
      let secrets = try door.identification.identify(call, at: time).secrets
      return try secrets.contains { try $0.signature(of: [1]) == HMACSecret(token).signature(of: [1]) }
    }
    #expect(try signsWith(second.accessToken, at: later))
    #expect(try signsWith(first.accessToken, at: later))
    #expect(try signsWith("own", at: later))
    #expect(try !signsWith(first.accessToken, at: Self.now + 7200))
    #expect(door.answer("w1", token: first.accessToken, at: later) == "401")
  }

  @Test("a certificate gets a new token for any refresh token but another's, and a void access token beside it is 401")
  func refreshByCertificate() throws {
    var door = try Door()
    let token = try door.identification.issueToken(to: door.identity("w3", certificate("w3")), at: Self.now)
    door.identification.access.apply(.childRevoked(child: "w3", at: Self.now))
    #expect(door.answer("w3", token: token.accessToken, certificate("w3")) == "403")
    #expect(door.refreshes(try #require(token.refreshToken), certificate("w3")) == 403)
    door.identification.access.apply(.childRestored(child: "w3"))
    #expect(door.answer("w3", token: token.accessToken, certificate("w3")) == "401")
    #expect(door.answer("w3", token: token.accessToken) == "403")
    #expect(door.refreshes(try #require(token.refreshToken), certificate("w3")) == nil)
    #expect(door.refreshes("anything", certificate("w3")) == nil)
    #expect(door.refreshes("anything", nil) == 403)
  }

  @Test("mtls-only wants the certificate at a refresh too")
  func refreshNeedsCertificate() throws {
    var door = try Door()
    let bearer = try door.identification.issueToken(to: door.identity("w1", token: "own"), at: Self.now)
    let refresh = try #require(bearer.refreshToken)
    #expect(door.refreshes(refresh, nil) == nil)
    door.identification.policy.authentication = .mtlsOnly
    #expect(door.refreshes(refresh, nil) == 403)
    #expect(door.refreshes(refresh, certificate("w1")) == nil)
  }

  @Test("who proves nothing gets no access token, since that would prove something later")
  func openDoor() throws {
    var door = try Door("open-to-anyone")
    #expect(door.answer("w3") == "w3")
    let failure = #expect(throws: CallFailure.self) {
      try door.identification.issueToken(to: door.identity("w3"), at: Self.now)
    }
    #expect(failure?.status == 403)
  }

  // MARK: Revocation

  @Test("a revoked child is refused, whatever it has")
  func revoked() throws {
    var door = try Door()
    let token = try door.identification.issueToken(to: door.identity("w2", token: door.issued), at: Self.now)
    for child in ["w1", "w2", "w3"] { door.identification.access.apply(.childRevoked(child: child, at: Self.now)) }
    #expect(door.answer("w1", token: "own") == "403")
    #expect(door.answer("w2", token: door.issued) == "403")
    #expect(door.answer("w2", token: token.accessToken) == "403")
    #expect(door.answer("w2", token: token.accessToken, at: Self.now + 3600) == "403")
    #expect(door.refreshes(try #require(token.refreshToken), nil) == 403)
    #expect(door.answer("w3", token: "global") == "403")
    #expect(door.answer("w3", certificate("w3")) == "403")
    door.identification.policy.authentication = .openToAnyone
    #expect(door.answer("w1") == "403")
  }
}
