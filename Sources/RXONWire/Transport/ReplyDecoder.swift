import RXON

/// Reads the parent's answers (protocol §1).
package struct ReplyDecoder {
  let limits: JSONLimits

  package init(answerSize: Int) {
    limits = JSONLimits(maximumBytes: answerSize)
  }

  package func registration(_ body: [UInt8]) throws(TransportError) -> RegistrationReply {
    let json = try object(body)
    let token: TokenResponse? = json["access_token"]?.stringValue == nil ? nil : try model(json)
    return RegistrationReply(
      status: json["status"]?.stringValue ?? "registered", version: json["version"]?.stringValue,
      warning: json["warning"]?.stringValue, token: token)
  }

  /// An empty object is no task.
  package func task(_ body: [UInt8]) throws(TransportError) -> PolledTask? {
    if body.isEmpty { return nil }
    let json = try object(body)
    if json.members.isEmpty { return nil }
    do throws(ModelError) {
      return try PolledTask(arrived: json)
    } catch {
      throw TransportError(.protocolViolation, "the task is malformed: \(error)")
    }
  }

  package func result(_ body: [UInt8]) throws(TransportError) -> ResultReply {
    let json = try object(body)
    guard json["status"]?.stringValue == "ignored" else { return .accepted }
    return .ignored(reason: json["reason"]?.stringValue ?? "")
  }

  package func heartbeat(_ body: [UInt8]) throws(TransportError) -> HeartbeatReply {
    let json = try object(body)
    let jitter = json["next_heartbeat_jitter_ms"]?.doubleValue
    var commands: [WorkerCommand] = []
    for command in json["commands"]?.elements ?? [] {
      commands.append(try model(command))
    }
    return HeartbeatReply(
      requireFullSync: json["require_full_sync"]?.boolValue ?? false,
      cancelTaskIDs: json["cancel_task_ids"]?.elements.compactMap(\.stringValue) ?? [],
      nextHeartbeatJitter: jitter.flatMap { (0...3_600_000).contains($0) ? .milliseconds(Int($0)) : nil },
      commands: commands)
  }

  package func token(_ body: [UInt8]) throws(TransportError) -> TokenResponse {
    try model(object(body))
  }

  private func object(_ body: [UInt8]) throws(TransportError) -> RawJSON {
    let json: RawJSON
    do throws(JSONError) {
      json = try RawJSON(validating: body, limits: limits)
    } catch {
      throw TransportError(.protocolViolation, "the answer is not JSON: \(error)")
    }
    guard json.kind == .object else { throw TransportError(.protocolViolation, "the answer is not a JSON object") }
    return json
  }

  private func model<Model: RXONModel>(_ json: RawJSON) throws(TransportError) -> Model {
    do throws(ModelError) {
      return try Model(json: json)
    } catch {
      throw TransportError(.protocolViolation, "the answer is malformed: \(error)")
    }
  }
}
