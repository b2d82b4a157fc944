import HolonConfig
import HolonRouting
import Logging
import RXON
import RXONSignatures

/// Taking tasks in from the parents.
extension HolonNode {
  func take(_ task: PolledTask, from uplink: UplinkID) {
    let key = TaskKey(jobID: task.payload.jobID, taskID: task.payload.taskID)
    if let defect = task.defect {
      refuse(task, from: uplink, .invalidInput, defect)
      return
    }
    if let refusal = refusal(of: task) {
      refuse(task, from: uplink, .security, refusal)
      return
    }
    contents.insert(task.json, for: key, bytes: task.json.count)
    handle(.taskArrived(task, from: uplink))
  }

  private func refuse(_ task: PolledTask, from uplink: UplinkID, _ code: ErrorCode, _ reason: String) {
    counters.add("tasks_refused", label: code.rawValue)
    logger.error(
      "Refused a task", metadata: ["task": "\(task.payload.taskID)", "code": "\(code)", "reason": "\(reason)"])
    handle(.taskRefused(task, from: uplink, code, reason: reason))
  }

  /// Why a task's signature does not do; nil when it does.
  private func refusal(of task: PolledTask) -> String? {
    let policy = configuration.tasks
    guard policy.verification != .off else { return nil }
    if task.payload.sig == nil {
      return policy.verification == .required ? "the task is not signed" : nil
    }
    let isRight = policy.verifiers.contains { (try? TaskSignature.verify(task.json, with: $0)) != nil }
    return isRight ? nil : "the task's signature is wrong"
  }
}
