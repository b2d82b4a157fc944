import HolonRouting
import Testing

@testable import HolonNode

@Suite("What stands on a refused commit")
struct CommitOrderTests {
  private let key = TaskKey(jobID: "j", taskID: "t")

  private var taken: [JournalChange] {
    [
      .taskTaken(
        TaskRecord(
          key: key, uplink: UplinkID("main"), skill: "echo", priority: 0, deadline: nil, assignedTo: nil, attempts: 0,
          takenAt: 0, content: []))
    ]
  }

  @Test("a barrier does, when it was submitted before the refusal was known")
  func barrier() {
    var order = CommitOrder()
    let first = order.submit()
    let (behind, later) = (order.submit(), order.submit())
    order.refused(first, [])
    let after = order.submit()
    let verdicts = [behind, later, after].map { order.standsOnRefused($0, []) }
    #expect(verdicts == [true, true, false])
  }

  @Test("the assignment of a task does, when the task itself was refused; that of another does not")
  func assignment() {
    var order = CommitOrder()
    let first = order.submit()
    let (own, others, repeated) = (order.submit(), order.submit(), order.submit())
    order.refused(first, taken)
    let other = TaskKey(jobID: "j", taskID: "other")
    let verdicts = [
      order.standsOnRefused(own, [.taskAssigned(key, child: "w1", attempts: 1)]),
      order.standsOnRefused(others, [.taskAssigned(other, child: "w1", attempts: 1)]),
      order.standsOnRefused(repeated, taken),
    ]
    #expect(verdicts == [true, false, false])
  }
}
