import NIOHTTP1
import RXON

/// Writes what a listener answers as HTTP (protocol §1).
enum ListenerAnswerEncoder {
  private static let accepted = Array(#"{"status":"accepted"}"#.utf8)
  private static let eventAccepted = Array(#"{"status":"event_accepted"}"#.utf8)
  private static let plainHeartbeat = Array(#"{"status":"ok"}"#.utf8)
  private static let holonHeader = (name: RXONProtocol.Header.holon, value: "1")

  static func response(_ answer: ListenerAnswer, isHolon: Bool) -> HTTPResponse {
    var response = response(answer, withCommands: isHolon)
    if isHolon {
      response.headers.append(holonHeader)
    }
    return response
  }

  private static func response(_ answer: ListenerAnswer, withCommands: Bool) -> HTTPResponse {
    switch answer {
    case .registered(let reply): .json(.ok, encode(reply))
    case .task(let task): .json(.ok, task.bytes)
    case .noTask: HTTPResponse(status: .noContent)
    case .result(.accepted): .json(.ok, accepted)
    case .result(.ignored(let reason)): .json(.ok, encodeIgnored(reason))
    case .heartbeat(let reply): .json(.ok, encode(reply, withCommands: withCommands))
    case .eventAccepted: .json(.ok, eventAccepted)
    case .token(let token): .json(.ok, token.encoded())
    case .failure(let failure): response(for: failure)
    }
  }

  // MARK: - Refusals

  static func response(for failure: CallFailure) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("error", failure.message)
    writer.member("code", failure.code?.rawValue)
    writer.endObject()
    let isHTTPStatus = (400...599).contains(failure.status)
    var response = HTTPResponse.json(
      HTTPResponseStatus(statusCode: isHTTPStatus ? failure.status : 500), writer.bytes)
    if let seconds = retryAfter(failure) {
      response = response.retrying(after: seconds)
    }
    return response
  }

  /// Whole seconds, rounded up. A client that is asked to come back is always told when.
  private static func retryAfter(_ failure: CallFailure) -> Int? {
    if let pause = failure.retryAfter {
      let parts = pause.components
      return Int(clamping: max(0, parts.seconds)) + (parts.attoseconds > 0 ? 1 : 0)
    }
    return failure.status == 429 || failure.status == 503 ? 1 : nil
  }

  static func response(to failure: ListenerRoute.Failure) -> HTTPResponse {
    switch failure {
    case .unknownPath: return .error(.notFound, "no such call")
    case .invalidWorkerID: return .error(.badRequest, "the worker id in the path is not a valid identifier")
    case .wrongMethod(let allowed):
      var response = HTTPResponse.error(.methodNotAllowed, "this call is made with \(allowed.rawValue)")
      response.headers.append((name: "Allow", value: allowed.rawValue))
      return response
    }
  }

  // MARK: - Bodies

  private static func encode(_ reply: RegistrationReply) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", reply.status)
    writer.member("version", reply.version ?? RXONProtocol.version)
    writer.member("warning", reply.warning)
    if let token = reply.token {
      writer.member("access_token", token.accessToken)
      writer.member("expires_in", token.expiresIn)
      writer.member("worker_id", token.workerID)
      writer.member("refresh_token", token.refreshToken)
      writer.member("metadata", token.metadata)
    }
    writer.endObject()
    return writer.bytes
  }

  private static func encodeIgnored(_ reason: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", "ignored")
    writer.member("reason", reason)
    writer.endObject()
    return writer.bytes
  }

  private static func encode(_ reply: HeartbeatReply, withCommands: Bool) -> [UInt8] {
    if reply == HeartbeatReply() { return plainHeartbeat }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", "ok")
    if reply.requireFullSync {
      writer.member("require_full_sync", true)
    }
    if !reply.cancelTaskIDs.isEmpty {
      writer.member("cancel_task_ids", reply.cancelTaskIDs)
    }
    if let jitter = reply.nextHeartbeatJitter {
      writer.member("next_heartbeat_jitter_ms", Int(clamping: jitter / .milliseconds(1)))
    }
    if withCommands, !reply.commands.isEmpty {
      writer.member("commands", reply.commands)
    }
    writer.endObject()
    return writer.bytes
  }
}

extension Int {
  /// The nearest whole number that fits.
  fileprivate init(clamping value: Double) {
    self = Int(exactly: value.rounded()) ?? (value > 0 ? .max : 0)
  }
}
