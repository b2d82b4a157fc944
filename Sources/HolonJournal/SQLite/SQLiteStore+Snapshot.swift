import HolonRouting

extension SQLiteStore {
  mutating func snapshot() throws(JournalFailure) -> JournalSnapshot {
    JournalSnapshot(
      tasks: try tasks(), results: try results(), events: try events(), finished: try finishedKeys(),
      seenEvents: try seenEventIDs(), nodeSecret: try nodeSecret(), childAccess: try childAccess())
  }

  private func tasks() throws(JournalFailure) -> [TaskRecord] {
    let rows = try connection.prepare(
      """
      SELECT job, task, uplink, skill, priority, deadline, child, attempts, taken_at, skill_version, skill_type,
        uplink_child
      FROM tasks ORDER BY number
      """)
    return try rows.all { row in
      TaskRecord(
        key: TaskKey(jobID: row.text(0), taskID: row.text(1)),
        uplink: UplinkID(row.text(2), child: row.optionalText(11)), skill: row.text(3),
        skillVersion: row.optionalText(9), skillType: row.optionalText(10), priority: row.double(4),
        deadline: row.optionalInteger(5), assignedTo: row.optionalText(6), attempts: row.integer(7),
        takenAt: row.integer(8), content: [])
    }
  }

  private func results() throws(JournalFailure) -> [ResultRecord] {
    let rows = try connection.prepare(
      "SELECT job, subject, uplink, status, stored_at, uplink_child FROM outbox WHERE kind = 'result' ORDER BY number")
    return try rows.all { row in
      ResultRecord(
        key: TaskKey(jobID: row.text(0), taskID: row.text(1)),
        uplink: UplinkID(row.text(2), child: row.optionalText(5)), status: row.text(3), storedAt: row.integer(4),
        content: [])
    }
  }

  private func events() throws(JournalFailure) -> [EventRecord] {
    let rows = try connection.prepare(
      "SELECT subject, uplink, priority, stored_at, uplink_child FROM outbox WHERE kind = 'event' ORDER BY number")
    return try rows.all { row in
      EventRecord(
        eventID: row.text(0), uplink: UplinkID(row.text(1), child: row.optionalText(4)), priority: row.double(2),
        storedAt: row.integer(3), content: [])
    }
  }

  private func finishedKeys() throws(JournalFailure) -> [TaskKey] {
    let rows = try connection.prepare("SELECT job, task FROM finished ORDER BY number")
    return try rows.all { TaskKey(jobID: $0.text(0), taskID: $0.text(1)) }
  }

  private func seenEventIDs() throws(JournalFailure) -> [String] {
    let rows = try connection.prepare("SELECT event FROM seen_events ORDER BY number")
    return try rows.all { $0.text(0) }
  }
}
