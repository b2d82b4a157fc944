import Synchronization

extension InProcessTransport {
  @discardableResult
  public func refreshToken() async throws(TransportError) -> TokenResponse {
    if let refreshToken = state.withLock({ $0.refreshToken }) {
      do throws(TransportError) {
        return try await token(.refreshToken(refreshToken: refreshToken))
      } catch  where error.kind == .unauthorized || error.kind == .forbidden {
        forgetTokens()
      }
    }
    return try await token(.issueToken)
  }

  public func forgetTokens() {
    state.withLock { state in
      state.accessToken = nil
      state.refreshToken = nil
    }
  }

  func adopt(_ token: TokenResponse) {
    state.withLock { state in
      state.accessToken = token.accessToken
      state.refreshToken = token.refreshToken ?? state.refreshToken
    }
  }

  private func token(_ action: ListenerAction) async throws(TransportError) -> TokenResponse {
    guard case .token(let token) = try await call(action) else { throw violation("a token request") }
    adopt(token)
    return token
  }
}
