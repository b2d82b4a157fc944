import NIOCore
import NIOPosix

/// Asks a status address as a monitoring system would.
struct StatusClient {
  let port: Int

  func code(_ path: String, bearer: String? = nil) async throws -> Int {
    try await get(path, bearer: bearer).status
  }

  func get(_ path: String, bearer: String? = nil) async throws -> (status: Int, body: String) {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let authorization = bearer.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let request = "GET \(path) HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\(authorization)\r\n"
    let text = try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: request))
      var text = ""
      for try await part in inbound { text += String(buffer: part) }
      return text
    }
    let body = text.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first ?? ""
    return (Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0, String(body))
  }
}
