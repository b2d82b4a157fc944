/// A child's word that it has a task safely: the parent need not keep it for another.
public struct TaskReceipt: Sendable, Hashable {
  public var jobID: String
  public var taskID: String

  public init(jobID: String, taskID: String) {
    self.jobID = jobID
    self.taskID = taskID
  }
}
