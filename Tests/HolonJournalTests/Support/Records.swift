import HolonRouting

let parent = UplinkID("parent")

func key(_ task: String, job: String = "job") -> TaskKey {
  TaskKey(jobID: job, taskID: task)
}

func task(
  _ id: String, skill: String = "echo", child: String? = nil, content: [UInt8] = Array("{}".utf8)
) -> TaskRecord {
  TaskRecord(
    key: key(id), uplink: parent, skill: skill, skillVersion: "2", skillType: "text", priority: 1.5,
    deadline: 2_000_000_000, assignedTo: child,
    attempts: child == nil ? 0 : 1, takenAt: 1_700_000_000, content: content)
}

func result(_ id: String, status: String = "success", content: [UInt8] = Array("{}".utf8)) -> ResultRecord {
  ResultRecord(key: key(id), uplink: parent, status: status, storedAt: farFuture, content: content)
}

func event(_ id: String, priority: Double = 0, content: [UInt8] = Array("{}".utf8)) -> EventRecord {
  EventRecord(eventID: id, uplink: parent, priority: priority, storedAt: farFuture, content: content)
}

/// A time of storing that no test's memory outlives.
let farFuture = 4_000_000_000

extension TaskRecord {
  var withoutContent: TaskRecord {
    var copy = self
    copy.content = []
    return copy
  }
}

/// Bytes that no compressor makes smaller.
func noise(_ count: Int) -> [UInt8] {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state)
  }
}
