/// A task as it arrived: the decoded view, and the bytes to pass on untouched.
public struct PolledTask: Sendable, Hashable {
  public var payload: TaskPayload
  public var json: RawJSON
  /// Why nobody below can work on the task; nil for a sound one. The parent is owed a failure that says so.
  public var defect: String?

  public init(payload: TaskPayload, json: RawJSON, defect: String? = nil) {
    self.payload = payload
    self.json = json
    self.defect = defect
  }

  /// Reads a task that a parent answered with.
  ///
  /// The reference orchestrator writes a deadline with a fraction of a second, which the reference worker does not
  /// survive. Unless a signature covers it, it is rounded down. What is no task but names one arrives with a defect.
  public init(arrived json: RawJSON) throws(ModelError) {
    do throws(ModelError) {
      self.init(payload: try TaskPayload(json: json), json: json)
    } catch {
      guard let rounded = Self.roundingDeadline(in: json), let payload = try? TaskPayload(json: rounded) else {
        self = try Self.defective(json, because: error)
        return
      }
      let isSigned = payload.sig != nil
      self.init(
        payload: payload, json: isSigned ? json : rounded,
        defect: isSigned ? "its deadline is no whole second, and its signature does not let it be rounded" : nil)
    }
  }

  private static func roundingDeadline(in json: RawJSON) -> RawJSON? {
    guard let deadline = json["deadline"]?.doubleValue, let seconds = Int(exactly: deadline.rounded(.down)) else {
      return nil
    }
    return json.setting("deadline", to: .integer(seconds))
  }

  private static func defective(_ json: RawJSON, because error: ModelError) throws(ModelError) -> PolledTask {
    guard let job = json["job_id"]?.stringValue, let task = json["task_id"]?.stringValue else { throw error }
    let payload = TaskPayload(jobID: job, taskID: task, type: json["type"]?.stringValue ?? "")
    return PolledTask(payload: payload, json: json, defect: "it is malformed: \(error)")
  }
}
