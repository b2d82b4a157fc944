import RXON

/// The answer to a poll with several leases: `{"tasks": [{"lease": …, "task": {…}}, …]}`.
enum TaskBatch {
  /// The tasks by the leases under which they came; none for an empty body.
  static func tasks(_ body: [UInt8], answerSize: Int) throws(TransportError) -> [String: [UInt8]] {
    guard !body.isEmpty else { return [:] }
    guard let json = try? RawJSON(validating: body, limits: JSONLimits(maximumBytes: answerSize)),
      let elements = json["tasks"]?.elements
    else { throw TransportError(.protocolViolation, "the answer is no list of tasks") }
    var tasks: [String: [UInt8]] = [:]
    for element in elements {
      guard let lease = element["lease"]?.stringValue, let task = element["task"] else {
        throw TransportError(.protocolViolation, "an answer in the list of tasks is malformed")
      }
      tasks[lease] = Array(task.bytes)
    }
    return tasks
  }

  static func encoded(_ tasks: [(lease: String, task: RawJSON)]) -> [UInt8] {
    var bytes = Array(#"{"tasks":["#.utf8)
    for (index, (lease, task)) in tasks.enumerated() {
      bytes += (index == 0 ? #"{"lease":""# : #",{"lease":""#).utf8
      bytes += lease.utf8
      bytes += #"","task":"#.utf8
      bytes += task.bytes
      bytes.append(UInt8(ascii: "}"))
    }
    bytes += "]}".utf8
    return bytes
  }
}
