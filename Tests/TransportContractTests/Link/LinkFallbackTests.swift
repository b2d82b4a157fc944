import Foundation
import RXON
import Testing

@Suite("A parent without links")
struct LinkFallbackTests {
  @Test("is spoken to by plain HTTP, as the reference means by ws")
  func fallback() async throws {
    let plain = try await RawServer.start { peer in
      let lines = peer.received.components(separatedBy: "\r\n\r\n")
      guard let last = lines.dropLast().last(where: { $0.contains("HTTP/1.1") }) else { return }
      let head = last.components(separatedBy: "\r\n").last { $0.contains("HTTP/1.1") } ?? ""
      if head.contains("/_worker/link/") {
        peer.sendAndClose("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
      } else {
        let body = #"{"status":"registered","version":"1.0b17"}"#
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }
    let transport = try TestLink.webSocket.transport(to: plain.port)
    #expect(try await transport.register(WorkerRegistration(workerID: "w1")).version == "1.0b17")
    #expect(!transport.parentFeatures.isHolon)
    _ = try await transport.sendHeartbeat(nil)
    await transport.close()
    await plain.stop()
  }
}
