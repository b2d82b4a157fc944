import HolonRouting
import RXON

/// What a session tells its parent of whom it speaks for: this node with all that is below it, or one child.
enum ToldOffer {
  case node(Offer)
  case child(ChildOffer)

  func change(from old: ToldOffer) -> Offer.Change {
    switch (self, old) {
    case (.node(let offer), .node(let old)): offer.change(from: old)
    case (.child(let offer), .child(let old)): offer.change(from: old)
    default: .registration
    }
  }

  func registration(workerID: String) -> WorkerRegistration {
    switch self {
    case .node(let offer): offer.registration(workerID: workerID)
    case .child(let offer): offer.registration(workerID: workerID)
    }
  }

  func heartbeat(
    workerID: String, status: String, usage: ResourcesUsage?, currentTasks: [String],
    content: HeartbeatSchedule.Content
  ) -> Heartbeat {
    switch self {
    case .node(let offer):
      offer.heartbeat(workerID: workerID, status: status, usage: usage, currentTasks: currentTasks, content: content)
    case .child(let offer):
      offer.heartbeat(workerID: workerID, status: status, usage: usage, currentTasks: currentTasks, content: content)
    }
  }
}
