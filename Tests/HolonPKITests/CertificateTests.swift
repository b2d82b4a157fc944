import HolonPKI
import Testing

@Suite("Keys and certificates, judged by the openssl command")
struct CertificateTests {
  private let scratch: Scratch
  private let folder: AuthorityFolder
  private let authority: CertificateAuthority
  private let day = 86_400

  init() throws {
    scratch = try Scratch()
    folder = AuthorityFolder(scratch.file("pki"))
    authority = try folder.create(name: "Test CA", lifetime: 3650 * day, passphrase: nil, now: now())
  }

  private func issue(
    _ names: SubjectNames, key: PrivateKey? = nil, lifetime: Int? = nil, at time: Int? = nil
  ) throws -> Certificate {
    let key = try key ?? PrivateKey.generate()
    return try folder.issue(
      names, for: key.publicKey, by: authority, lifetime: lifetime ?? 90 * day, now: time ?? now())
  }

  @Test("the authority's certificate is a self-signed root that may sign leaves only")
  func root() throws {
    let verified = try OpenSSLCommand.run(
      "verify", "-x509_strict", "-CAfile", folder.certificateFile, folder.certificateFile)
    #expect(verified.status == 0, "\(verified.text)")
    let text = try OpenSSLCommand.run("x509", "-in", folder.certificateFile, "-noout", "-text").text
    #expect(text.contains("CA:TRUE, pathlen:0"))
    #expect(text.contains("Certificate Sign, CRL Sign"))
    #expect(text.contains("CN = Test CA"))
    #expect(text.contains("ASN1 OID: prime256v1"))
  }

  @Test("a node's certificate is accepted for both ends of a connection, and for its hosts only")
  func leaf() throws {
    let names = try SubjectNames(
      id: "edge-7", dns: ["Edge-7.example.org", "*.edge.example.org"], ip: ["192.0.2.7", "2001:db8:0::7"])
    let file = try scratch.write(try issue(names).pem, to: "leaf.pem")
    for purpose in ["sslserver", "sslclient"] {
      let verified = try OpenSSLCommand.run(
        "verify", "-x509_strict", "-purpose", purpose, "-CAfile", folder.certificateFile, file)
      #expect(verified.status == 0, "\(verified.text)")
    }
    for host in [
      ["-verify_hostname", "edge-7.example.org"], ["-verify_ip", "2001:db8::7"], ["-verify_ip", "192.0.2.7"],
    ] {
      #expect(try OpenSSLCommand.run("verify", host[0], host[1], "-CAfile", folder.certificateFile, file).status == 0)
    }
    #expect(
      try OpenSSLCommand.run("verify", "-verify_hostname", "other.org", "-CAfile", folder.certificateFile, file).status
        != 0)
    let text = try OpenSSLCommand.run("x509", "-in", file, "-noout", "-text").text
    #expect(text.contains("Subject: CN = edge-7"))
    #expect(text.contains("URI:rxon:edge-7, DNS:edge-7.example.org, DNS:*.edge.example.org, IP Address:192.0.2.7"))
    #expect(text.contains("CA:FALSE"))
    #expect(text.contains("TLS Web Server Authentication, TLS Web Client Authentication"))
    #expect(text.contains("X509v3 Authority Key Identifier"))
  }

  @Test("what is read back from a certificate is what was asked for")
  func readBack() throws {
    let time = now()
    let leaf = try issue(SubjectNames(id: "edge-7"), lifetime: day, at: time)
    let read = try Certificate(pem: leaf.pem)
    #expect(read.commonName == "edge-7")
    #expect(read.notBefore == time - 300)
    #expect(read.notAfter == time + day)
    #expect(read.serial.utf8.count == 32)
    let file = try scratch.write(try leaf.pem, to: "leaf.pem")
    let opinion = try OpenSSLCommand.run("x509", "-in", file, "-noout", "-serial", "-fingerprint", "-sha256").text
    #expect(opinion.lowercased().contains("serial=\(read.serial)"))
    let fingerprint = try read.fingerprint.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    #expect(opinion.contains(fingerprint.joined(separator: ":")))
  }

  @Test("serial numbers do not repeat, and dates beyond 2049 hold")
  func serialsAndLateDates() throws {
    let serials = try (0..<50).map { _ in try issue(SubjectNames(id: "edge")).serial }
    #expect(Set(serials).count == 50)
    let (late, _) = try CertificateAuthority.create(name: "Late", lifetime: 40 * 365 * day, now: now())
    #expect(late.certificate.notAfter == now() + 40 * 365 * day)
  }

  @Test("a certificate ends with its authority at the latest, and none is made after that")
  func authorityEnds() throws {
    let (short, _) = try CertificateAuthority.create(name: "Short", lifetime: 100, now: now())
    let key = try PrivateKey.generate().publicKey
    let leaf = try short.issue(SubjectNames(id: "edge"), for: key, lifetime: day, now: now())
    #expect(leaf.notAfter == short.certificate.notAfter)
    expectFailure(.refused, "has expired") {
      _ = try short.issue(SubjectNames(id: "edge"), for: key, lifetime: day, now: now() + 200)
    }
  }

  @Test("a request is what openssl takes, and one of openssl's is taken")
  func requests() throws {
    let key = try PrivateKey.generate()
    let ours = try scratch.write(try CertificateRequest(id: "edge-7", key: key).pem, to: "ours.csr")
    let verified = try OpenSSLCommand.run("req", "-in", ours, "-noout", "-verify", "-subject")
    #expect(verified.status == 0 && verified.text.contains("CN = edge-7"), "\(verified.text)")

    let theirs = scratch.file("theirs.csr")
    let made = try OpenSSLCommand.run(
      "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", scratch.file("theirs.key"), "-out", theirs, "-subj",
      "/CN=somebody/O=else")
    #expect(made.status == 0, "\(made.text)")
    let request = try CertificateRequest(pem: String(contentsOfFile: theirs, encoding: .utf8))
    let leaf = try folder.issue(
      SubjectNames(id: "edge-8"), for: request.publicKey, by: authority, lifetime: day, now: now())
    #expect(leaf.commonName == "edge-8")
    #expect(leaf.belongs(to: try PrivateKey(pem: String(contentsOfFile: scratch.file("theirs.key"), encoding: .utf8))))
  }

  @Test("a request with a weak key, a damaged one and an endless one are refused")
  func badRequests() throws {
    let weak = scratch.file("weak.csr")
    _ = try OpenSSLCommand.run(
      "req", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout", scratch.file("weak.key"), "-out", weak, "-subj",
      "/CN=w")
    expectFailure(.malformed, "too weak") {
      _ = try CertificateRequest(pem: String(contentsOfFile: weak, encoding: .utf8))
    }
    let good = try CertificateRequest(id: "edge", key: PrivateKey.generate()).pem
    var lines = good.split(separator: "\n").map(String.init)
    // The signature is at the end; the last full line of it.
    let last = lines.count - 3
    lines[last] = (lines[last].hasPrefix("A") ? "B" : "A") + lines[last].dropFirst()
    expectFailure(.malformed, "not signed with its own key") {
      _ = try CertificateRequest(pem: lines.joined(separator: "\n") + "\n")
    }
    expectFailure(.malformed, "longer than") {
      _ = try CertificateRequest(pem: String(repeating: "A", count: 20_000))
    }
    expectFailure(.malformed, "no certificate request") { _ = try CertificateRequest(pem: "hello") }
  }

  @Test(
    "names that could change the meaning of a certificate are refused",
    arguments: [
      "a,DNS:evil.example", "a b", "", "-a", "a..b", "192.0.2.7", "enrolment.holon.invalid", "*", "ä.example",
      String(repeating: "a", count: 64),
    ])
  func badHosts(name: String) {
    expectFailure(.malformed, "host name") { _ = try SubjectNames(id: "edge", dns: [name]) }
  }

  @Test(
    "ids that no certificate can carry are refused",
    arguments: [
      "", "a b", "a,URI:rxon:root", "ü", String(repeating: "a", count: 65),
    ])
  func badIDs(id: String) {
    expectFailure(.malformed, "cannot be an id") { _ = try SubjectNames(id: id) }
  }

  @Test("an encrypted key opens with its passphrase only")
  func encryptedKey() throws {
    let key = try PrivateKey.generate()
    let text = try key.encryptedPEM(Passphrase("correct horse"))
    #expect(text.contains("ENCRYPTED PRIVATE KEY"))
    let file = try scratch.write(text, to: "encrypted.key")
    #expect(
      try OpenSSLCommand.run("pkey", "-in", file, "-noout", "-passin", "pass:correct horse").status == 0)
    #expect(throws: Never.self) { _ = try PrivateKey(pem: text, passphrase: Passphrase("correct horse")) }
    expectFailure(.malformed, "another passphrase") { _ = try PrivateKey(pem: text, passphrase: Passphrase("wrong")) }
    expectFailure(.malformed, "give the file of its passphrase") { _ = try PrivateKey(pem: text) }
  }

  @Test("a key does not show itself in descriptions")
  func redaction() throws {
    let key = try PrivateKey.generate()
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\(try Passphrase("hush"))"] {
      #expect(!text.contains("PRIVATE KEY") && !text.contains("hush"))
    }
  }

  @Test("a certificate wants to be renewed when four fifths of its life are over", arguments: [10, 3600, 90 * 86_400])
  func renewal(lifetime: Int) throws {
    let time = now()
    let leaf = try issue(SubjectNames(id: "edge"), lifetime: lifetime, at: time)
    let late = CertificateLife.renewal(of: leaf, share: 0)
    let early = CertificateLife.renewal(of: leaf, share: 1)
    #expect(early <= late)
    #expect(early >= time + lifetime * 7 / 10)
    #expect(late <= time + lifetime * 8 / 10)
  }
}
