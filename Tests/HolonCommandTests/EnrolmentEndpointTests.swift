import Foundation
import HolonPKI
import NIOHTTP1
import RXON
import RXONHTTP
import RXONTLS
import Testing

@Suite("The address at which nodes join, and renew", .serialized)
struct EnrolmentEndpointTests {
  /// Dials like one that joins.
  private func stranger(_ region: Region) throws -> HTTPSingleCall {
    let trust = TLSTrust.authority(sha256Fingerprint: try region.authority.certificate().fingerprint)
    let context = try TLSClientContext(TLSClientOptions(trust: trust, serverName: EnrolmentName.host))
    return HTTPSingleCall(endpoint: try Endpoint(region.url), tls: context)
  }

  /// Dials the listener like a child, with a certificate or without.
  private func child(_ region: Region, _ name: String?) throws -> HTTPSingleCall {
    let identity = name.map { TLSIdentity(certificate: region.file("\($0).pem"), key: region.file("\($0).key")) }
    let options = TLSClientOptions(trust: .file(region.authority.certificateFile), identity: identity)
    return HTTPSingleCall(
      endpoint: try Endpoint("https://127.0.0.1:\(region.uplinkPort)"), tls: try TLSClientContext(options))
  }

  private func request(_ id: String = "edge-7") throws -> CertificateRequest {
    try CertificateRequest(id: id, key: PrivateKey.generate())
  }

  @Test("what is no proper request is refused, and says why")
  func malformed() async throws {
    let region = try Region()
    let parent = try await region.start()
    let call = try stranger(region)
    let path = EnrolmentRequest.enrolPath
    #expect(try await call.send(.GET, path).status == 405)
    #expect(try await call.send(.POST, "/_worker/register").status == 404)
    #expect(try await call.post(EnrolmentRequest.renewPath, []).status == 404)
    #expect(try await call.post(path, Array("hello".utf8)).status == 400)
    #expect(try await call.post(path, EnrolmentRequest(token: nil, request: request()).body).status == 400)
    #expect(try await call.post(path, Array(#"{"token":"t","csr":"nonsense"}"#.utf8)).status == 400)
    #expect(try await call.post(path, EnrolmentRequest(token: "t", request: request()).body).status == 403)
    #expect(try await call.post(path, [UInt8](repeating: 0x20, count: 100_000)).status == 413)
    #expect(parent.isRunning)
  }

  @Test("whoever guesses has to wait longer and longer, and guesses are not in the log")
  func guessing() async throws {
    let region = try Region()
    let parent = try await region.start()
    let call = try stranger(region)
    let asked = try request()
    var statuses: [Int] = []
    for attempt in 0..<12 {
      let body = EnrolmentRequest(token: "guess-\(attempt)", request: asked).body
      let answer = try await call.post(EnrolmentRequest.enrolPath, body)
      statuses.append(answer.status)
      if answer.status == 429 { #expect(answer.headers.first(name: "retry-after") != nil) }
    }
    #expect(statuses.first == 403)
    #expect(statuses.last == 429)
    #expect(!parent.logged.contains("guess-"))
  }

  @Test("a renewal takes a certificate of the authority, keeps its names, and comes once in a while")
  func renewal() async throws {
    let region = try Region(clientCertificates: "optional")
    // A listener that does not insist on certificates is one for tokens too.
    let parent = try await region.start(["HOLON_CHILDREN_TOKEN": "child-token"])
    let body = try EnrolmentRequest(token: nil, request: request("root")).body
    let nobody = try await child(region, nil).post(EnrolmentRequest.renewPath, body)
    #expect(nobody.status == 403)

    let present = try Certificate(pem: text(of: region.file("region.pem")))
    let granted = try await child(region, "region").post(EnrolmentRequest.renewPath, body)
    #expect(granted.status == 200)
    let renewed = try Certificate(pem: EnrolmentAnswer(granted.body).certificate)
    #expect(renewed.commonName == "region")
    #expect(renewed.serial != present.serial)
    #expect(try region.authority.issued().map(\.names.ip) == [["127.0.0.1"], ["127.0.0.1"]])

    let soon = try await child(region, "region").post(EnrolmentRequest.renewPath, body)
    #expect(soon.status == 429)
    #expect(soon.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0 > 60)
    #expect(parent.isRunning)
  }

  @Test("a child that was shut out is not renewed until it is let in again")
  func shutOut() async throws {
    let region = try Region()
    let parent = try await region.start()
    let body = try EnrolmentRequest(token: nil, request: request()).body
    for (change, status) in [("revoke", 403), ("restore", 200)] {
      let changed = try HolonCommand.run("children", change, "region", "--config", region.file("region.yaml"))
      #expect(changed.status == 0, "\(changed.complaint)")
      let answer = try await child(region, "region").post(EnrolmentRequest.renewPath, body)
      #expect(answer.status == status)
    }
    #expect(parent.isRunning)
  }

  @Test("a node does not start with an authority that it cannot open, and says what is wrong")
  func brokenAuthority() async throws {
    let region = try Region()
    try FileManager.default.removeItem(atPath: region.authority.keyFile)
    let outcome = try HolonCommand.run("run", "--config", region.file("region.yaml"))
    #expect(outcome.status == 64)
    #expect(outcome.complaint.contains("pki.folder: there is no authority in"), "\(outcome.complaint)")
    let checked = try HolonCommand.run("check", "--config", region.file("region.yaml"))
    #expect(checked.status == 1)
    #expect(checked.output.contains("FAIL  pki \(region.authority.path)"), "\(checked.output)")
  }
}
