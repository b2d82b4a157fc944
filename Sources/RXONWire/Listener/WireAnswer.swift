import RXON

/// What a listener answers, in the terms of every wire: a status as HTTP has it, and JSON (protocol §1).
package struct WireAnswer: Sendable {
  /// 200, 204 for a poll without a task, or 400 and above for a refusal.
  package var status: Int
  /// Empty with 204.
  package var body: [UInt8]
  /// Of a refusal. A caller that is asked to come back is always told when.
  package var retryAfter: Duration?

  package init(status: Int, body: [UInt8] = [], retryAfter: Duration? = nil) {
    self.status = status
    self.body = body
    self.retryAfter = retryAfter
  }

  /// - Parameter isHolon: the caller understands what plain RXON does not have.
  package init(_ answer: ListenerAnswer, isHolon: Bool) {
    switch answer {
    case .registered(let reply): self.init(status: 200, body: reply.encoded())
    case .task(let task): self.init(status: 200, body: task.bytes)
    case .noTask: self.init(status: 204)
    case .result(.accepted): self.init(status: 200, body: Self.accepted)
    case .result(.ignored(let reason)): self.init(status: 200, body: Self.ignored(reason))
    case .heartbeat(let reply): self.init(status: 200, body: reply.encoded(withCommands: isHolon))
    case .eventAccepted: self.init(status: 200, body: Self.eventAccepted)
    case .token(let token): self.init(status: 200, body: token.encoded())
    case .failure(let failure): self.init(refusing: failure)
    }
  }

  /// `{"error": …, "code"?: …}`.
  package init(refusing failure: CallFailure) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("error", failure.message)
    writer.member("code", failure.code?.rawValue)
    writer.endObject()
    let isHTTPStatus = (400...599).contains(failure.status)
    self.init(
      status: isHTTPStatus ? failure.status : 500, body: writer.bytes,
      retryAfter: failure.retryAfter ?? (failure.status == 429 || failure.status == 503 ? .seconds(1) : nil))
  }

  private static let accepted = Array(#"{"status":"accepted"}"#.utf8)
  private static let eventAccepted = Array(#"{"status":"event_accepted"}"#.utf8)

  private static func ignored(_ reason: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", "ignored")
    writer.member("reason", reason)
    writer.endObject()
    return writer.bytes
  }
}

extension RegistrationReply {
  fileprivate func encoded() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", status)
    writer.member("version", version ?? RXONProtocol.version)
    writer.member("warning", warning)
    if let token {
      writer.member("access_token", token.accessToken)
      writer.member("expires_in", token.expiresIn)
      writer.member("worker_id", token.workerID)
      writer.member("refresh_token", token.refreshToken)
      writer.member("metadata", token.metadata)
    }
    writer.endObject()
    return writer.bytes
  }
}

extension HeartbeatReply {
  private static let plain = Array(#"{"status":"ok"}"#.utf8)

  fileprivate func encoded(withCommands: Bool) -> [UInt8] {
    if self == HeartbeatReply() { return Self.plain }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", "ok")
    if requireFullSync {
      writer.member("require_full_sync", true)
    }
    if !cancelTaskIDs.isEmpty {
      writer.member("cancel_task_ids", cancelTaskIDs)
    }
    if let nextHeartbeatJitter {
      writer.member("next_heartbeat_jitter_ms", Int(clamping: nextHeartbeatJitter / .milliseconds(1)))
    }
    if withCommands, !commands.isEmpty {
      writer.member("commands", commands)
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
