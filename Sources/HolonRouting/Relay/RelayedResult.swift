import RXON

/// Results on their way up, as the journal keeps them: without sender, signature and timestamp, which are put on at each
/// attempt to deliver.
enum RelayedResult {
  /// A child's result. The origin stays who it was, the child joins the identity chain, and the time at which the
  /// origin signed stays in `metadata.holon`.
  ///
  /// Not so for a signed task: the reference orchestrator folds a result's metadata into further tasks of the job after
  /// it signed them, and workers would refuse those.
  static func relaying(_ result: TaskResult, from child: String, taskIsSigned: Bool) -> TaskResult {
    var relayed = result
    relayed.workerID = nil
    relayed.originWorkerID = result.originWorkerID ?? result.workerID ?? child
    if !taskIsSigned {
      relayed.metadata = HolonMetadata.keeping(originTime: result.timestamp, in: result.metadata)
    }
    relayed.timestamp = nil
    var security = result.security?.unsigned ?? SecurityContext()
    security.identityChain = chain(security.identityChain, with: child)
    relayed.security = security
    return relayed
  }

  /// The identity chain after a node has received the result from `sender`.
  static func chain(_ chain: [String]?, with sender: String) -> [String] {
    let chain = chain ?? []
    return chain.last == sender ? chain : chain + [sender]
  }

  /// A failure that this node itself answers with.
  static func failure(of task: TaskKey, node: String, code: ErrorCode, message: String) -> TaskResult {
    TaskResult(
      jobID: task.jobID, taskID: task.taskID, originWorkerID: node, status: TaskStatus.failure,
      error: TaskError(code: code, message: message))
  }

  /// The answer to a cancellation that no child gives.
  static func cancelled(_ task: TaskKey, node: String) -> TaskResult {
    TaskResult(jobID: task.jobID, taskID: task.taskID, originWorkerID: node, status: TaskStatus.cancelled)
  }
}
