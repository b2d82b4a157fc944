import RXON
import RXONWire

/// Several results in one call, `{"results": [{…}, …]}`, and the answers to them, in the same order:
/// `{"answers": [{"status": 200, "body": {…}}, …]}`.
enum ResultBatch {
  /// The most results of one call.
  static let limit = 256

  static func encoded(_ results: [[UInt8]]) -> [UInt8] {
    var bytes = Array(#"{"results":["#.utf8)
    bytes += results.joined(separator: [UInt8(ascii: ",")])
    bytes += "]}".utf8
    return bytes
  }

  static func results(_ json: RawJSON) throws(CallFailure) -> [RawJSON] {
    guard let results = json["results"], results.kind == .array, results.elements.count <= limit else {
      throw CallFailure(status: 400, "'results' must be a list of at most \(limit) results")
    }
    return results.elements
  }

  static func encoded(_ answers: [WireAnswer]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("answers")
    writer.beginArray()
    for answer in answers {
      writer.beginObject()
      writer.member("status", answer.status)
      if let body = try? RawJSON(validating: answer.body) { writer.member("body", body) }
      if let pause = answer.retryAfter { writer.member("retry_after_ms", Int(pause / .milliseconds(1))) }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  /// What became of each result.
  static func answers(_ body: [UInt8], answerSize: Int) throws(TransportError) -> [Result<[UInt8], TransportError>] {
    guard let json = try? RawJSON(validating: body, limits: JSONLimits(maximumBytes: answerSize)),
      let answers = json["answers"], answers.kind == .array
    else { throw TransportError(.protocolViolation, "the answer is no list of answers") }
    return answers.elements.map { answer in
      guard let status = answer["status"]?.integerValue else {
        return .failure(TransportError(.protocolViolation, "an answer in the list of answers has no status"))
      }
      let body = answer["body"]
      guard !(200..<300).contains(status) else { return .success(body.map { Array($0.bytes) } ?? []) }
      let pause = answer["retry_after_ms"]?.integerValue.map { Duration.milliseconds(max(0, $0)) }
      let message = body?["error"]?.stringValue ?? "the answer was \(status)"
      return .failure(TransportError(refusal: CallFailure(status: status, message, retryAfter: pause)))
    }
  }
}
