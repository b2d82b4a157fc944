import Foundation
import HolonPKI
import RXON
import TestSupport
import Testing

import class TestSupport.TestProxies

@Suite("Joining, with nodes that run", .serialized)
struct JoinTests {
  private func join(_ string: String, _ folder: String, _ arguments: String...) throws -> HolonCommand.Outcome {
    try HolonCommand.run(["join", string, "--folder", folder] + arguments)
  }

  @Test("an invited node joins, and its node registers with the certificate that it was given")
  func joining() async throws {
    let region = try Region()
    let parent = try await region.start()
    let string = try region.invite()
    let edge = region.file("edge")
    let joined = try join(string, edge)
    try #require(joined.status == 0, "\(joined.complaint)\n\(parent.logged)")
    #expect(joined.output.contains("edge-7 has joined"))
    #expect(try mode(of: "\(edge)/node.key") == 0o600)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: edge).sorted() == [
        "ca.pem", "config.yaml", "node.key", "node.pem",
      ])
    let key = try PrivateKey(pem: text(of: "\(edge)/node.key"))
    #expect(try Certificate(pem: text(of: "\(edge)/node.pem")).belongs(to: key))

    let checked = try HolonCommand.run("check", "--config", "\(edge)/config.yaml")
    #expect(checked.status == 0, "\(checked.output)\(checked.complaint)")

    let node = try region.startEdge()
    try await eventually("edge-7 is a child of region") {
      try #require(node.isRunning, "\(node.logged)")
      return try await region.children() == ["edge-7"]
    }
    #expect(try await region.status(at: region.edgeStatusPort)?["ready"]?.boolValue == true)
    let token = try JoinString(string).token
    for file in [parent.logged, node.logged, joined.output, joined.complaint] { #expect(!file.contains(token)) }
  }

  @Test("a join string serves once: another machine with it is refused, the same one may ask again")
  func once() async throws {
    let region = try Region()
    let parent = try await region.start()
    let string = try region.invite()
    #expect(try join(string, region.file("edge")).status == 0)
    let second = try join(string, region.file("thief"))
    #expect(second.status == 1)
    #expect(second.complaint.contains("used before"), "\(second.complaint)")
    #expect(!FileManager.default.fileExists(atPath: region.file("thief/node.pem")))
    let again = try join(string, region.file("edge"))
    #expect(again.status == 1)
    #expect(again.complaint.contains("has joined already"), "\(again.complaint)")
    #expect(parent.logged.contains("Refused a certificate"))
  }

  @Test("a join goes through the proxy that the environment names")
  func proxied() throws {
    let region = try Region()
    let settings = ["HTTPS_PROXY": "http://ada:hunter2@127.0.0.1:1", "NO_PROXY": ""]
    let arguments = ["join", try region.invite(enrolment: "https://region.invalid:1"), "--folder", region.file("edge")]
    let joined = try HolonCommand.run(arguments, settings: settings)
    #expect(joined.status == 1)
    #expect(joined.complaint.contains("through http://127.0.0.1:1: the connection was refused"), "\(joined.complaint)")
    #expect(!joined.complaint.contains("hunter2"))
  }

  @Test("a node behind a proxy joins, registers and renews its certificate through it", arguments: Proxy.Kind.allCases)
  func behindProxy(_ kind: Proxy.Kind) async throws {
    let region = try Region(certificateLife: "10s")
    let parent = try await region.start()
    let proxy = try await TestProxies.shared.proxy(kind)
    let url = "\(kind.rawValue)://\(TestProxies.user):\(TestProxies.password)@\(proxy.host):\(proxy.port)"
    // A form of this machine's address that the proxy alone understands; an address would be dialled directly.
    let invitation = try region.invite(enrolment: "https://127.1:\(region.enrolmentPort)")
    let joined = try HolonCommand.run(
      ["join", invitation, "--folder", region.file("edge")], settings: ["HTTPS_PROXY": url, "NO_PROXY": ""])
    try #require(joined.status == 0, "\(joined.complaint)")
    let node = try region.startEdge(settings: ["HOLON_UPLINKS_0_PROXY": url])
    try await eventually("edge-7 is a child of region") {
      try #require(node.isRunning, "\(node.logged)")
      return try await region.children() == ["edge-7"]
    }
    try await eventually("a certificate was renewed", within: .seconds(30)) {
      try await region.edgeCounter("certificate_renewals.done") > 0
    }
    let source = TestProxies.source(of: kind)
    for event in ["Took a new node in", "Renewed a child's certificate"] {
      let lines = parent.logged.split(separator: "\n").filter { $0.contains(event) }
      #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("address=\(source)") }, "\(lines)")
    }
  }

  @Test("an expired string is refused before anybody is dialled")
  func expired() async throws {
    let region = try Region()
    let string = try region.invite(expires: "1s")
    let end = try JoinString(string).expires
    try await eventually("the invitation has expired") { Int(Date().timeIntervalSince1970) >= end }
    let outcome = try join(string, region.file("edge"))
    #expect(outcome.status == 1)
    #expect(outcome.complaint.contains("the invitation has expired"))
    #expect(!FileManager.default.fileExists(atPath: region.file("edge")))
  }

  @Test("an endpoint of another authority gets no token, and the invitation stays good")
  func wrongAuthority() async throws {
    let region = try Region()
    let parent = try await region.start()
    var forged = try JoinString(region.invite())
    let real = forged.exposedText
    forged.authority = forged.authority.map { ~$0 }
    let outcome = try join(forged.exposedText, region.file("edge"))
    #expect(outcome.status == 1)
    #expect(outcome.complaint.contains("cannot connect to"), "\(outcome.complaint)")
    #expect(!parent.logged.contains("certificate\""))
    #expect(try region.authority.invitations().map(\.claimedBy) == [nil])
    let second = try join(real, region.file("edge"))
    #expect(second.status == 0, "\(second.complaint)")
  }

  @Test("an enrolled node cannot pose as the enrolment endpoint")
  func impostor() async throws {
    let region = try Region()
    let parent = try await region.start()
    // The listener of the region has a certificate of the same authority, for this very address.
    var diverted = try JoinString(region.invite())
    diverted.url = try Endpoint("https://127.0.0.1:\(region.uplinkPort)")
    let outcome = try join(diverted.exposedText, region.file("edge"))
    #expect(outcome.status == 1)
    #expect(outcome.complaint.contains("cannot connect to"), "\(outcome.complaint)")
    #expect(parent.isRunning)
  }

  @Test("a join that was cut off at any step is completed by the same command, with the same key")
  func cutOff() async throws {
    let region = try Region()
    let parent = try await region.start()
    let string = try region.invite()
    let edge = region.file("edge")
    #expect(try join(string, edge).status == 0)
    let (key, certificate, root) = (
      try text(of: "\(edge)/node.key"), try text(of: "\(edge)/node.pem"), try text(of: "\(edge)/ca.pem")
    )
    let configuration = try text(of: "\(edge)/config.yaml")
    let answer = EnrolmentAnswer(
      id: "edge-7", certificate: certificate, authority: root, uplink: "https://127.0.0.1:\(region.uplinkPort)")
    let steps = [
      ("node.key", key), ("join.json", String(decoding: answer.body, as: UTF8.self)), ("ca.pem", root),
      ("node.pem", certificate), ("config.yaml", configuration),
    ]
    for count in 1...steps.count {
      try FileManager.default.removeItem(atPath: edge)
      try FileManager.default.createDirectory(atPath: edge, withIntermediateDirectories: true)
      for (name, content) in steps.prefix(count) {
        try content.write(toFile: "\(edge)/\(name)", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(edge)/\(name)")
      }
      try "half".write(toFile: "\(edge)/.node.key.0123456789abcdef.new", atomically: true, encoding: .utf8)
      // From the answer on nobody is needed.
      if count == 2 { parent.kill9() }
      let again = try join(string, edge)
      #expect(again.status == 0, "after \(count) steps: \(again.complaint)")
      #expect(try text(of: "\(edge)/node.key") == key)
      #expect(try text(of: "\(edge)/config.yaml") == configuration)
      #expect(try Certificate(pem: text(of: "\(edge)/node.pem")).belongs(to: PrivateKey(pem: key)))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: edge).sorted() == [
          "ca.pem", "config.yaml", "node.key", "node.pem",
        ])
    }
  }

  @Test("files of somebody else are left alone, and the invitation unused")
  func foreignFiles() async throws {
    let region = try Region()
    let string = try region.invite()
    let edge = region.file("edge")
    for name in ["config.yaml", "node.pem", "ca.pem"] {
      try FileManager.default.createDirectory(atPath: edge, withIntermediateDirectories: true)
      try "mine".write(toFile: "\(edge)/\(name)", atomically: true, encoding: .utf8)
      let outcome = try join(string, edge)
      #expect(outcome.status == 1)
      #expect(outcome.complaint.contains("\(name) exists and is not overwritten"), "\(outcome.complaint)")
      #expect(try text(of: "\(edge)/\(name)") == "mine")
      #expect(try FileManager.default.contentsOfDirectory(atPath: edge) == [name])
      try FileManager.default.removeItem(atPath: edge)
    }
  }

  @Test(
    "certificates renew themselves past the end of the first one, and no call is refused", arguments: ["https", "wss"])
  func renewal(over scheme: String) async throws {
    let region = try Region(certificateLife: "10s")
    let parent = try await region.start()
    let string = try region.invite()
    let joined = try HolonCommand.run("join", "-", "--folder", region.file("edge"), input: string)
    try #require(joined.status == 0, "\(joined.complaint)")
    let file = region.file("edge/node.pem")
    let first = try Certificate(pem: text(of: file))
    let key = try text(of: region.file("edge/node.key"))
    let node = try region.startEdge(settings: ["HOLON_UPLINKS_0_URL": "\(scheme)://127.0.0.1:\(region.uplinkPort)"])
    try await eventually("edge-7 is a child of region") { try await region.children() == ["edge-7"] }

    var serials: Set<String> = [first.serial]
    try await eventually("three more certificates", within: .seconds(60)) {
      try #require(node.isRunning, "\(node.logged)")
      serials.insert(try Certificate(pem: text(of: file)).serial)
      // A link is opened anew with each certificate, and with it the command channel.
      if scheme == "https" { #expect(try await region.children() == ["edge-7"]) }
      return serials.count > 3
    }
    try await eventually("edge-7 is still a child of region") { try await region.children() == ["edge-7"] }
    #expect(Int(Date().timeIntervalSince1970) > first.notAfter)
    #expect(try text(of: region.file("edge/node.key")) == key)
    #expect(try Certificate(pem: text(of: file)).belongs(to: PrivateKey(pem: key)))
    #expect(try await region.edgeCounter("certificate_renewals.done") >= 3)
    #expect(try await region.status(at: region.edgeStatusPort)?["ready"]?.boolValue == true)
    // Calls over connections of an old certificate would be refused from its end on.
    let refused = try await region.status(at: region.statusPort)?["counters"]?["calls_refused.403"]?.integerValue
    #expect(refused == nil, "\(parent.logged)")
  }

  @Test("a renewal that fails again and again does not stop the node")
  func failedRenewal() async throws {
    let region = try Region(certificateLife: "10s")
    let parent = try await region.start()
    #expect(try join(region.invite(), region.file("edge")).status == 0)
    let node = try region.startEdge()
    try await eventually("edge-7 is a child of region") { try await region.children() == ["edge-7"] }
    parent.kill9()
    let last = try Certificate(pem: text(of: region.file("edge/node.pem")))
    try await eventually("several attempts, past the certificate's end", within: .seconds(60)) {
      let failures = try await region.edgeCounter("certificate_renewals.failed")
      return failures >= 3 && Int(Date().timeIntervalSince1970) > last.notAfter
    }
    #expect(node.isRunning)
    #expect(node.logged.contains("Could not renew a certificate"))
    #expect(try await region.status(at: region.edgeStatusPort)?["draining"]?.boolValue == false)
  }

  @Test("a revoked node is not renewed, and does not get in again")
  func revoked() async throws {
    let region = try Region(certificateLife: "20s")
    let parent = try await region.start()
    #expect(try join(region.invite(), region.file("edge")).status == 0)
    let node = try region.startEdge()
    try await eventually("edge-7 is a child of region") { try await region.children() == ["edge-7"] }
    let revoked = try HolonCommand.run("pki", "revoke", "--folder", region.authority.path, "edge-7")
    #expect(revoked.status == 0, "\(revoked.complaint)")
    try await eventually("the renewal fails", within: .seconds(60)) {
      try await region.edgeCounter("certificate_renewals.failed") >= 1
    }
    #expect(try await region.edgeCounter("certificate_renewals.done") == 0)
    #expect(node.isRunning)
    node.kill9()
    try await eventually("edge-7 is lost", within: .seconds(60)) { try await region.children().isEmpty }

    let again = try region.startEdge()
    try await eventually("the node is refused") {
      let uplink = try await region.status(at: region.edgeStatusPort)?["uplinks"]?.elements.first
      // On a slow machine it has ended, too, by now.
      let error = uplink?["last_error"]?.stringValue ?? ""
      return error.contains("certificate revoked") || error.contains("certificate expired")
    }
    #expect(try await region.children().isEmpty)
    #expect(again.isRunning && parent.isRunning)
  }
}
