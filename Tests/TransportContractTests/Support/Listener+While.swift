import RXON

extension Listener {
  /// Listens for the length of `body`, whatever becomes of that.
  func whileListening(for handler: any ListenerHandler, _ body: (_ port: Int) async throws -> Void) async throws {
    let url = try await start(handler: handler)
    do {
      try await body(try Endpoint(url).port ?? 0)
    } catch {
      await stop(grace: .zero)
      throw error
    }
    await stop(grace: .zero)
  }
}
