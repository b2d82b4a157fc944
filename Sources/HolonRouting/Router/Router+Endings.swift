import RXON

// How tasks end that this node answers itself.
extension Router {
  /// Answers the task with a failure made here.
  mutating func fail(_ slot: Int, _ ending: TaskEnding, _ code: ErrorCode, _ message: String) {
    guard let key = tasks[slot]?.key else { return }
    let result = RelayedResult.failure(of: key, node: configuration.nodeID, code: code, message: message)
    finish(slot, ending, with: result)
    emit(.report(ending == .expired ? .taskExpired(key) : .taskFailedHere(key, code: code, reason: message)))
  }

  /// A waiting task's deadline has passed.
  mutating func expire(_ slot: Int) {
    guard let task = tasks[slot] else { return }
    if isAble(task.requirement) {
      fail(slot, .expired, .timeout, "the deadline passed before a child was ready")
    } else {
      fail(slot, .expired, .transient, "the deadline passed: \(task.requirement.inability)")
    }
  }

  /// The journal has let the task go. Results always have room, so the parent hears of it.
  mutating func drop(_ key: TaskKey) {
    guard let slot = tasks.slot(of: key), tasks[slot]?.ending == nil else { return }
    fail(slot, .failed, .resourceExhausted, "the journal was full, and the task gave way to newer ones")
  }

  /// Answers a cancellation in place of a child.
  mutating func cancelHere(_ slot: Int) {
    guard let key = tasks[slot]?.key else { return }
    finish(slot, .cancelled, with: RelayedResult.cancelled(key, node: configuration.nodeID))
    emit(.report(.taskCancelled(key)))
  }

  /// Ends the task with a result that is not a child's: stored first, then delivered.
  private mutating func finish(_ slot: Int, _ ending: TaskEnding, with result: TaskResult) {
    end(slot, ending)
    store(result, of: slot)
  }

  /// The task is held no more by anyone; from now on it only waits for its parent.
  mutating func end(_ slot: Int, _ ending: TaskEnding) {
    detach(slot)
    tasks[slot]?.state = .answered(ending)
    tasks[slot]?.cancellation = nil
    tasks[slot]?.unstored = nil
    tasks[slot]?.retryAt = nil
    answeredCount += 1
    reschedule(task: slot)
  }

  /// - Parameter answer: to the child's call, once the result is stored.
  mutating func store(_ result: TaskResult, of slot: Int, answer: RoutingAction? = nil) {
    guard let task = tasks[slot] else { return }
    let record = ResultRecord(
      key: task.key, uplink: task.uplink, status: result.status, storedAt: now.unixSeconds,
      content: result.encoded())
    emit(.persist([.resultStored(record)]))
    if let answer { emit(answer) }
    emit(.forwardResult(task.key, result, to: task.uplink))
  }

  /// The parent has given its final answer: only the key is remembered.
  mutating func settle(_ key: TaskKey) {
    guard let slot = tasks.slot(of: key), let ending = tasks[slot]?.ending else { return }
    taskTimes.remove(slot)
    let successor = tasks.remove(slot)?.successor
    answeredCount -= 1
    finished.insert(key, ending)
    if let successor { take(successor.task.value, from: successor.uplink, refusedFor: successor.refusal) }
  }
}
