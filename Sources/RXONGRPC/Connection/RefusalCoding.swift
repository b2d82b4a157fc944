#if GRPC
  import GRPCCore
  import RXON
  import RXONLink

  // How a refused opening travels: as a gRPC status with the reason, and what HTTP would have said in the trailers.

  private enum Trailer {
    /// As HTTP has it.
    static let status = "x-holon-status"
    static let retryAfterMilliseconds = "x-holon-retry-after-ms"
  }

  extension RPCError {
    init(_ refusal: CallFailure) {
      var trailers = Metadata()
      trailers.addString(String(refusal.status), forKey: Trailer.status)
      if let retryAfter = refusal.retryAfter {
        let pause = max(.zero, min(retryAfter, .seconds(86_400)))
        trailers.addString(String(Int64(pause / .milliseconds(1))), forKey: Trailer.retryAfterMilliseconds)
      }
      self.init(code: Code(status: refusal.status), message: refusal.message, metadata: trailers)
    }

    /// Nil where the link ends as it should.
    init?(_ closure: LinkClosure) {
      switch closure {
      case .finished: return nil
      case .violation(let problem): self.init(code: .failedPrecondition, message: problem)
      case .stalled: self.init(code: .deadlineExceeded, message: "what was sent is not read, or not finished")
      case .replaced: self.init(code: .aborted, message: "a newer link of the same worker has taken this one's place")
      }
    }
  }

  extension RPCError.Code {
    fileprivate init(status: Int) {
      self =
        switch status {
        case 400: .invalidArgument
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .notFound
        case 409: .alreadyExists
        case 413, 429: .resourceExhausted
        case 501: .unimplemented
        case 503: .unavailable
        case 504: .deadlineExceeded
        case 400..<500: .failedPrecondition
        default: .internalError
        }
    }

    /// What a peer means that names no HTTP status. Nil for those that come from the connection, and say nothing of the
    /// call.
    fileprivate var status: Int? {
      switch self {
      case .invalidArgument, .failedPrecondition, .outOfRange: 400
      case .unauthenticated: 401
      case .permissionDenied: 403
      case .notFound, .unimplemented: 404
      case .alreadyExists: 409
      case .resourceExhausted: 429
      default: nil
      }
    }
  }

  extension CallFailure {
    private static let longestMessage = 300

    /// Nil where the error is no refusal, but a fault of the connection.
    init?(_ error: RPCError) {
      let told = error.metadata[Trailer.status].flatMap { Int($0) }.flatMap { (400...599).contains($0) ? $0 : nil }
      guard let status = told ?? error.code.status else { return nil }
      let pause = error.metadata[Trailer.retryAfterMilliseconds].flatMap { Int64($0) }.map {
        max(0, min($0, 86_400_000))
      }
      self.init(
        status: status, String(error.message.prefix(Self.longestMessage)), retryAfter: pause.map { .milliseconds($0) })
    }
  }
#endif
