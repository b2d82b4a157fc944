#if GRPC
  import Foundation
  import HolonPKI
  import TestSupport
  import Testing

  @Suite("Certificates of nodes that dial by gRPC")
  struct GRPCRenewalTests {
    @Test("they renew themselves at a https listener of the parent, past the end of the first one")
    func renewal() async throws {
      let region = try Region(certificateLife: "10s")
      let port = FreePort.find()
      let parent = try await region.start([
        "HOLON_LISTEN_1_URL": "grpcs://127.0.0.1:\(port)", "HOLON_LISTEN_1_TLS_CERTIFICATE": region.file("region.pem"),
        "HOLON_LISTEN_1_TLS_KEY": region.file("region.key"),
        "HOLON_LISTEN_1_TLS_CLIENT_CA": region.file("pki/ca.pem"),
      ])
      let joined = try HolonCommand.run("join", "-", "--folder", region.file("edge"), input: region.invite())
      try #require(joined.status == 0, "\(joined.complaint)")
      let first = try Certificate(pem: text(of: region.file("edge/node.pem")))
      let node = try region.startEdge(settings: [
        "HOLON_UPLINKS_0_URL": "grpcs://127.0.0.1:\(port)",
        "HOLON_UPLINKS_0_TLS_RENEW_URL": "https://127.0.0.1:\(region.uplinkPort)",
      ])
      try await eventually("edge-7 is a child of region") { try await region.children() == ["edge-7"] }
      try await eventually("the first certificate has ended long ago", within: .seconds(60)) {
        try #require(node.isRunning, "\(node.logged)")
        return first.notAfter + 5 < Int(Date().timeIntervalSince1970)
      }
      try await eventually("edge-7 is still a child of region") { try await region.children() == ["edge-7"] }
      let refused = try await region.status(at: region.statusPort)?["counters"]?["calls_refused.403"]?.integerValue
      #expect(refused == nil, "\(parent.logged)")
      #expect(try await region.edgeCounter("certificate_renewals.done") >= 1)
    }
  }
#endif
