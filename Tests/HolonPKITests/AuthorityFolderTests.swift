import Foundation
import HolonPKI
import RXONSignatures
import Testing

@Suite("An authority on disk")
struct AuthorityFolderTests {
  private let scratch: Scratch
  private let folder: AuthorityFolder
  private let authority: CertificateAuthority
  private let day = 86_400

  init() throws {
    scratch = try Scratch()
    folder = AuthorityFolder(scratch.file("pki"))
    authority = try folder.create(name: "Test CA", lifetime: 3650 * day, passphrase: nil, now: now())
  }

  private func request(_ key: PrivateKey? = nil) throws -> CertificateRequest {
    try CertificateRequest(id: "whoever", key: key ?? PrivateKey.generate())
  }

  private func enrol(_ token: String, _ request: CertificateRequest, at time: Int? = nil) throws -> Certificate {
    try folder.enrol(token: token, request: request, by: authority, lifetime: day, now: time ?? now()).certificate
  }

  @Test("its key can be read by its owner only, its certificate by all")
  func modes() throws {
    #expect(try mode(of: folder.keyFile) == 0o600)
    #expect(try mode(of: folder.path) == 0o700)
    #expect(try mode(of: folder.certificateFile) == 0o644)
    #expect(try mode(of: folder.revocationListFile) == 0o644)
  }

  @Test("it does not open with a key that everybody can read")
  func readableKey() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.keyFile)
    expectFailure(.storage, "ca.key can be read or written by everybody") { _ = try folder.authority() }
  }

  @Test("an init that was cut off says what to do")
  func cutOffInit() throws {
    try FileManager.default.removeItem(atPath: folder.certificateFile)
    expectFailure(.exists, "remove it and try again") {
      _ = try folder.create(name: "Again", lifetime: day, passphrase: nil, now: now())
    }
    try FileManager.default.removeItem(atPath: folder.keyFile)
    #expect(throws: Never.self) {
      _ = try folder.create(name: "Again", lifetime: day, passphrase: nil, now: now())
    }
  }

  @Test("it is not made twice")
  func notTwice() throws {
    let before = try contents(below: folder.path)
    expectFailure(.exists, "there is an authority already") {
      _ = try folder.create(name: "Other", lifetime: day, passphrase: nil, now: now())
    }
    #expect(try contents(below: folder.path) == before)
  }

  @Test("it opens again, with a passphrase where it was made with one")
  func reopen() throws {
    #expect(try folder.authority().certificate.fingerprint == authority.certificate.fingerprint)
    let locked = AuthorityFolder(scratch.file("locked"))
    let file = try scratch.write("open sesame\n", to: "passphrase")
    expectFailure(.storage, "chmod 600") { _ = try Passphrase(file: file) }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let passphrase = try Passphrase(file: file)
    _ = try locked.create(name: "Locked", lifetime: day, passphrase: passphrase, now: now())
    #expect(throws: Never.self) { _ = try locked.authority(passphrase: Passphrase("open sesame")) }
    expectFailure(.malformed, "ca.key") { _ = try locked.authority() }
  }

  @Test("a folder without an authority says how to make one")
  func missing() throws {
    expectFailure(.notFound, "make one with holon pki init") {
      _ = try AuthorityFolder(scratch.file("nowhere")).authority()
    }
  }

  @Test("revoked certificates are in a list that openssl takes, and that refuses them")
  func revocation() throws {
    let keys = try (0..<3).map { _ in try PrivateKey.generate() }
    let files = try zip(["edge-1", "edge-2", "edge-2"], keys).enumerated().map { index, pair in
      let leaf = try folder.issue(
        SubjectNames(id: pair.0), for: pair.1.publicKey, by: authority, lifetime: day, now: now())
      return try scratch.write(try leaf.pem, to: "\(index).pem")
    }
    func verdict(_ file: String) throws -> String {
      try OpenSSLCommand.run(
        "verify", "-crl_check", "-CAfile", folder.certificateFile, "-CRLfile", folder.revocationListFile, file
      ).text
    }
    #expect(try files.allSatisfy { try verdict($0).contains(": OK") })
    #expect(try folder.revoke("edge-2", by: authority, now: now()).count == 2)
    #expect(try verdict(files[0]).contains(": OK"))
    #expect(try verdict(files[1]).contains("certificate revoked"))
    #expect(try verdict(files[2]).contains("certificate revoked"))
    let first = try #require(try folder.issued().first { $0.names.id == "edge-1" })
    #expect(try folder.revoke(first.serial.uppercased(), by: authority, now: now() + 1).count == 1)
    #expect(try verdict(files[0]).contains("certificate revoked"))
    #expect(try verdict(files[1]).contains("certificate revoked"))
    let text = try OpenSSLCommand.run(
      "crl", "-in", folder.revocationListFile, "-noout", "-text", "-CAfile", folder.certificateFile
    ).text
    #expect(text.contains("verify OK"))
    #expect(text.contains("X509v3 CRL Number"))
  }

  @Test("revoking says when there is nothing to revoke")
  func revokeNothing() throws {
    expectFailure(.notFound, "holon pki list shows them") {
      _ = try folder.revoke("nobody", by: authority, now: now())
    }
    _ = try folder.issue(
      SubjectNames(id: "edge"), for: PrivateKey.generate().publicKey, by: authority, lifetime: day, now: now())
    #expect(try folder.revoke("edge", by: authority, now: now()).count == 1)
    #expect(try folder.revoke("edge", by: authority, now: now()).isEmpty)
  }

  @Test("the folder never holds the token of an invitation")
  func noToken() throws {
    let token = try folder.invite(SubjectNames(id: "edge-7"), expires: now() + 60)
    _ = try folder.invite(SubjectNames(id: "edge-8"), expires: now() + 60)
    _ = try enrol(token, request())
    for (name, text) in try contents(below: folder.path) {
      #expect(!name.contains(token) && !text.contains(token))
    }
  }

  @Test("an invitation takes one key in, under the invitation's names, and that key again")
  func oneKey() throws {
    let token = try folder.invite(SubjectNames(id: "edge-7", dns: ["edge-7.example.org"]), expires: now() + 60)
    let first = try request()
    #expect(try enrol(token, first).commonName == "edge-7")
    #expect(try enrol(token, first).commonName == "edge-7")
    expectFailure(.refused, "used before") { _ = try enrol(token, request()) }
    let invitation = try #require(try folder.invitations().first)
    #expect(try invitation.claimedBy == first.publicKey.fingerprint)
    #expect(try folder.issued().map(\.names.id) == ["edge-7", "edge-7"])
  }

  @Test("of many who come with one token at once, a single one gets in")
  func race() async throws {
    let token = try folder.invite(SubjectNames(id: "edge-7"), expires: now() + 3600)
    let requests = try (0..<8).map { _ in try request() }
    let (folder, authority) = (folder, authority)
    let admitted = await withTaskGroup(of: Bool.self) { group in
      for request in requests {
        group.addTask {
          (try? folder.enrol(token: token, request: request, by: authority, lifetime: 60, now: now())) != nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(admitted == 1)
    #expect(try folder.issued().count == 1)
  }

  @Test("a claim that was cut off before its invitation was removed still counts")
  func cutOff() throws {
    let token = try folder.invite(SubjectNames(id: "edge-7"), expires: now() + 60)
    let open = "\(folder.path)/invitations"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: open).first)
    let copy = try String(contentsOfFile: "\(open)/\(name)", encoding: .utf8)
    let first = try request()
    _ = try enrol(token, first)
    try Data(copy.utf8).write(to: URL(fileURLWithPath: "\(open)/\(name)"))
    expectFailure(.refused, "used before") { _ = try enrol(token, request()) }
    #expect(throws: Never.self) { _ = try enrol(token, first) }
  }

  @Test("an invitation that has expired, an unknown one and one of a revoked node take nobody in")
  func refusals() throws {
    let token = try folder.invite(SubjectNames(id: "edge-7"), expires: now() + 60)
    expectFailure(.refused, "has expired") { _ = try enrol(token, request(), at: now() + 60) }
    expectFailure(.refused, "not known here") { _ = try enrol("0123", request()) }
    expectFailure(.refused, "not known here") { _ = try enrol("../../ca", request()) }
    let first = try request()
    _ = try enrol(token, first)
    expectFailure(.refused, "has expired") { _ = try enrol(token, first, at: now() + 60) }
    _ = try folder.revoke("edge-7", by: authority, now: now())
    expectFailure(.refused, "not known here") { _ = try enrol(token, first) }
  }

  @Test("a renewal keeps id and hosts; expired, revoked and foreign certificates are not renewed")
  func renewal() throws {
    let names = try SubjectNames(id: "edge-7", dns: ["edge-7.example.org"], ip: ["192.0.2.7"])
    let key = try PrivateKey.generate()
    let present = try folder.issue(names, for: key.publicKey, by: authority, lifetime: day, now: now())
    func renew(_ fingerprint: String, at time: Int) throws -> Certificate {
      let request = try request(key)
      return try folder.renew(fingerprint, request: request, by: authority, lifetime: 2 * day, now: time).certificate
    }
    let renewed = try renew(hexadecimal(present.fingerprint), at: now())
    #expect(renewed.belongs(to: key))
    #expect(try folder.record(of: hexadecimal(renewed.fingerprint))?.names == names)
    expectFailure(.refused, "has expired") { _ = try renew(hexadecimal(present.fingerprint), at: now() + day + 1) }

    let (other, _) = try CertificateAuthority.create(name: "Test CA", lifetime: day, now: now())
    let foreign = try other.issue(names, for: key.publicKey, lifetime: day, now: now())
    for stranger in [hexadecimal(try foreign.fingerprint), "", "../../ca", String(repeating: "z", count: 64)] {
      expectFailure(.refused, "none of this authority's") { _ = try renew(stranger, at: now()) }
    }

    _ = try folder.revoke("edge-7", by: authority, now: now())
    expectFailure(.refused, "was revoked") { _ = try renew(hexadecimal(present.fingerprint), at: now()) }
    expectFailure(.refused, "was revoked") { _ = try renew(hexadecimal(renewed.fingerprint), at: now()) }
  }

  @Test("files are not written over, and none is left half-written when the disk refuses")
  func durableFiles() throws {
    let path = try scratch.write("first", to: "file")
    expectFailure(.exists, "not overwritten") { try DurableFile.create(path, "second", readers: .owner) }
    #expect(try DurableFile.readText(path) == "first")
    try DurableFile.replace(path, "third", readers: .owner)
    #expect(try DurableFile.readText(path) == "third")
    #expect(try mode(of: path) == 0o600)
    #expect(throws: PKIFailure.self) { try DurableFile.create("\(scratch.path)/no/such", "x", readers: .owner) }
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(!left.contains { $0.hasSuffix(".new") })
  }
}
