extension TransportError {
  /// What a refusal by the parent means to the caller (protocol §1).
  public init(refusal: CallFailure) {
    self.init(
      Kind(status: refusal.status, message: refusal.message), refusal.message, status: refusal.status,
      retryAfter: refusal.retryAfter)
  }
}

extension TransportError.Kind {
  /// The meaning of an HTTP status other than 2xx. A replay is told from other refusals by its text only.
  public init(status: Int, message: String) {
    self =
      switch status {
      case 401: .unauthorized
      case 403: Self.namesReplay(message) ? .duplicate : .forbidden
      case 404: .notFound
      case 409: .conflict
      case 413: .payloadTooLarge
      case 429: .rateLimited
      case 400..<500: .rejected
      case 500..<600: .serverError
      default: .protocolViolation
      }
  }

  private static func namesReplay(_ message: String) -> Bool {
    let words = message.lowercased().split { !$0.isLetter }
    return words.contains("duplicate") || words.contains("replay")
  }
}
