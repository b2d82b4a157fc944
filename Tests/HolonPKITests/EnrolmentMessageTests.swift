import HolonPKI
import Testing

@Suite("What is said at enrolment")
struct EnrolmentMessageTests {
  private let scratch: Scratch
  private let folder: AuthorityFolder
  private let authority: CertificateAuthority

  init() throws {
    scratch = try Scratch()
    folder = AuthorityFolder(scratch.file("pki"))
    authority = try folder.create(name: "Test CA", lifetime: 864_000, passphrase: nil, now: now())
  }

  private func answer(id: String, key: PrivateKey) throws -> EnrolmentAnswer {
    let leaf = try folder.issue(
      SubjectNames(id: id), for: key.publicKey, by: authority, lifetime: 3600, now: now())
    return EnrolmentAnswer(
      id: id, certificate: try leaf.pem, authority: try authority.certificate.pem, uplink: "https://region:8700")
  }

  @Test("requests and answers are read as they were written")
  func roundTrip() throws {
    let key = try PrivateKey.generate()
    let request = try CertificateRequest(id: "edge-7", key: key)
    let read = try EnrolmentRequest(EnrolmentRequest(token: "t", request: request).body)
    #expect(read.token == "t" && read.request == request.pem)
    #expect(try EnrolmentRequest(EnrolmentRequest(token: nil, request: request).body).token == nil)
    let answer = try EnrolmentAnswer(answer(id: "edge-7", key: key).body)
    #expect(answer.uplink == "https://region:8700")
    #expect(throws: Never.self) { _ = try answer.checked(for: key, id: "edge-7", now: now()) }
  }

  @Test(
    "malformed bodies are refused", arguments: ["", "{}", "[]", "{\"csr\":7}", "{\"csr\":\"x\"", "[[[[[[[1]]]]]]]"])
  func malformed(body: String) {
    expectFailure(.malformed, "the body is not") { _ = try EnrolmentRequest(Array(body.utf8)) }
    expectFailure(.malformed, "holds no certificate") { _ = try EnrolmentAnswer(Array(body.utf8)) }
  }

  @Test("a certificate for another key, another id, another time or by another authority is not taken")
  func checks() throws {
    let key = try PrivateKey.generate()
    var answer = try answer(id: "edge-7", key: key)
    expectFailure(.malformed, "another key") {
      _ = try answer.checked(for: PrivateKey.generate(), id: "edge-7", now: now())
    }
    expectFailure(.malformed, "not for 'edge-8'") { _ = try answer.checked(for: key, id: "edge-8", now: now()) }
    expectFailure(.malformed, "set its clock") { _ = try answer.checked(for: key, id: "edge-7", now: now() + 7200) }
    let (other, _) = try CertificateAuthority.create(name: "Test CA", lifetime: 3600, now: now())
    answer.authority = try other.certificate.pem
    expectFailure(.malformed, "not signed by the authority") {
      _ = try answer.checked(for: key, id: "edge-7", now: now())
    }
  }

  @Test("the certificate of an enrolment endpoint is for its reserved name alone, and for servers")
  func endpoint() throws {
    let key = try PrivateKey.generate()
    let leaf = try authority.issueForEnrolment(key: key.publicKey, lifetime: 3600, now: now())
    let file = try scratch.write(try leaf.pem, to: "leaf.pem")
    let good = try OpenSSLCommand.run(
      "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", EnrolmentName.host, "-CAfile",
      folder.certificateFile, file)
    #expect(good.status == 0, "\(good.text)")
    #expect(
      try OpenSSLCommand.run("verify", "-purpose", "sslclient", "-CAfile", folder.certificateFile, file).status != 0)
  }
}
