import Foundation
import HolonPKI
import RXON
import Testing

@Suite("holon pki")
struct PKICommandTests {
  private let region: Region

  init() throws {
    region = try Region()
  }

  private func pki(_ subcommand: String, _ arguments: String...) throws -> HolonCommand.Outcome {
    try run(["pki", subcommand, "--folder", region.authority.path] + arguments)
  }

  private func run(_ arguments: [String]) throws -> HolonCommand.Outcome {
    try HolonCommand.run(arguments)
  }

  @Test("nothing is written over a second time")
  func noOverwriting() throws {
    let key = try text(of: region.file("region.key"))
    let again = try pki("issue", "--id", "region", "--out", region.folder)
    #expect(again.status == 1)
    #expect(again.complaint.contains("region.pem exists and is not overwritten"))
    #expect(try text(of: region.file("region.key")) == key)
    let root = try text(of: region.authority.keyFile)
    let second = try pki("init")
    #expect(second.status == 1)
    #expect(second.complaint.contains("there is an authority already"))
    #expect(try text(of: region.authority.keyFile) == root)
    #expect(try mode(of: region.file("region.key")) == 0o600)
  }

  @Test("a wrong use of the command line ends with 64 and says what to write")
  func usage() throws {
    for (arguments, words) in [
      (["pki", "issue", "--id", "a b"], "use 1 to 64 letters"),
      (["pki", "issue", "--id", "edge", "--dns", "a b"], "is not a host name"),
      (["pki", "issue", "--id", "edge", "--ip", "edge.example"], "is not an IP address"),
      (["pki", "issue", "--id", "edge", "--days", "0"], "--days must be from 1 to 36500"),
      (["pki", "invite", "--id", "edge", "--url", "http://region:8701"], "write https://HOST:PORT"),
      (["pki", "invite", "--id", "edge", "--url", "https://region:8701", "--expires", "soon"], "as 1h or 30m"),
      (["pki", "invite", "--id", "edge"], "Missing expected argument '--url"),
      (["join", "hello"], "does not begin with holon-join:"),
      (["join", "holon-join:1:AAAA", "--listen", "http://0.0.0.0:8700"], "would let anybody in"),
    ] {
      let outcome = try run(arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.complaint.contains(words), "\(arguments): \(outcome.complaint)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test("a request made elsewhere is signed without its names")
  func foreignRequest() throws {
    let key = try PrivateKey.generate()
    let request = region.file("theirs.csr")
    try CertificateRequest(id: "root", key: key).pem.write(toFile: request, atomically: true, encoding: .utf8)
    let outcome = try pki("issue", "--id", "edge-9", "--csr", request, "--out", region.folder, "--json")
    #expect(outcome.status == 0, "\(outcome.complaint)")
    let leaf = try Certificate(pem: text(of: region.file("edge-9.pem")))
    #expect(leaf.commonName == "edge-9")
    #expect(leaf.belongs(to: key))
    #expect(!FileManager.default.fileExists(atPath: region.file("edge-9.key")))
    #expect(
      try RawJSON(validating: outcome.output.trimmingCharacters(in: .newlines))["serial"]?.stringValue == leaf.serial)
  }

  @Test("what was issued, invited and revoked is listed, and no token with it")
  func listing() throws {
    let string = try JoinString(region.invite())
    #expect(try pki("revoke", "region").output.contains("revoked region"))
    let json = try RawJSON(validating: pki("list", "--json").output.trimmingCharacters(in: .newlines))
    #expect(json["certificates"]?.elements.map { $0["id"]?.stringValue } == ["region"])
    #expect(json["certificates"]?.elements.first?["revoked_at"]?.integerValue != nil)
    #expect(json["invitations"]?.elements.map { $0["id"]?.stringValue } == ["edge-7"])
    let table = try pki("list").output
    #expect(table.contains("revoked") && table.contains("open"))
    #expect(!table.contains(string.token) && !json.string.contains(string.token))
    #expect(try pki("revoke", "nobody").status == 1)
  }

  @Test("the key of an authority may be encrypted, with the passphrase in a file")
  func passphrase() throws {
    let file = region.file("passphrase")
    try "open sesame\n".write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let locked = region.file("locked")
    #expect(try run(["pki", "init", "--folder", locked, "--passphrase-file", file]).status == 0)
    #expect(try text(of: "\(locked)/ca.key").contains("ENCRYPTED"))
    let refused = try run(["pki", "issue", "--folder", locked, "--id", "edge", "--out", region.folder])
    #expect(refused.status == 1)
    #expect(refused.complaint.contains("give the file of its passphrase"))
    let issued = try run(
      ["pki", "issue", "--folder", locked, "--id", "edge", "--out", region.folder, "--passphrase-file", file])
    #expect(issued.status == 0, "\(issued.complaint)")
  }

  @Test("each command explains itself")
  func help() throws {
    for command in [
      ["pki"], ["pki", "init"], ["pki", "issue"], ["pki", "invite"], ["pki", "revoke"], ["pki", "list"], ["join"],
    ] {
      let outcome = try run(command + ["--help"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("OVERVIEW"))
    }
  }
}
