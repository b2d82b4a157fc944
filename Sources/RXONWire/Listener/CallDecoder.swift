import RXON

/// Reads what a caller sent (protocol §1). What cannot be read is refused with 400.
package struct CallDecoder: Sendable {
  private let limits: JSONLimits

  /// - Parameter bodySize: the largest body, in bytes.
  package init(bodySize: Int) {
    limits = JSONLimits(maximumBytes: bodySize)
  }

  package func registration(_ body: [UInt8]) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    let json = try json(body)
    return (.register(try model(json)), json)
  }

  /// An empty body is the keep-alive.
  package func heartbeat(_ body: [UInt8], of workerID: String) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    guard !body.isEmpty else { return (.heartbeat(workerID: workerID, nil), nil) }
    let json = try json(body)
    return (.heartbeat(workerID: workerID, try model(json)), json)
  }

  package func result(_ body: [UInt8]) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    try result(json(body))
  }

  package func result(_ json: RawJSON) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    (.result(try model(json)), json)
  }

  package func event(_ body: [UInt8]) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    let json = try json(body)
    return (.event(try model(json)), json)
  }

  package func refreshToken(_ body: [UInt8]) throws(CallFailure) -> (ListenerAction, RawJSON?) {
    let json = try json(body)
    guard let token = json["refresh_token"]?.stringValue else {
      throw CallFailure(status: 400, "'refresh_token' must be a string")
    }
    return (.refreshToken(refreshToken: token), json)
  }

  package func json(_ bytes: [UInt8]) throws(CallFailure) -> RawJSON {
    do throws(JSONError) {
      return try RawJSON(validating: bytes, limits: limits)
    } catch {
      throw CallFailure(status: 400, "invalid JSON: \(error)")
    }
  }

  private func model<Model: RXONModel>(_ json: RawJSON) throws(CallFailure) -> Model {
    do throws(ModelError) {
      return try Model(json: json)
    } catch {
      throw CallFailure(status: 400, "invalid payload: \(error)")
    }
  }
}
