import HolonRouting
import Logging
import RXON

/// Counting and logging what the router reports: constant messages, the particulars as metadata.
extension HolonNode {
  func report(_ incident: RoutingIncident) {
    switch incident {
    case .childJoined(let child):
      note("children_joined", .info, "A child joined", ["child": "\(child)"])
    case .childLost(let child, let reason):
      note("children_lost", label: reason, .warning, "A child was lost", ["child": "\(child)", "reason": "\(reason)"])
    case .childRefused(let child, let reason):
      note(
        "children_refused", label: reason, .warning, "A child was refused",
        ["child": "\(child)", "reason": "\(reason)"])
    case .commandUndeliverable(let command, let reason):
      note(
        "commands_undeliverable", label: reason, .warning, "A command reached nobody",
        ["command": "\(command)", "reason": "\(reason)"])
    case .eventTaken(let id):
      note("events_taken", .debug, "Took an event", ["event": "\(id)"])
    case .eventDuplicate(let id):
      note("events_duplicate", .debug, "Saw an event again", ["event": "\(id)"])
    case .eventDropped(let id, let reason):
      note(
        "events_dropped", label: reason, .warning, "Dropped an event", ["event": "\(id)", "reason": "\(reason)"])
    default:
      reportTask(incident)
    }
  }

  private func reportTask(_ incident: RoutingIncident) {
    switch incident {
    case .taskTaken(let key, let skill):
      note("tasks_taken", .debug, "Took a task", of: key, ["skill": "\(skill)"])
    case .taskDuplicate(let key):
      note("tasks_duplicate", .info, "Was given a task again", of: key)
    case .taskForwarded(let key, let child):
      note("tasks_forwarded", .debug, "Handed a task to a child", of: key, ["child": "\(child)"])
    case .taskReturned(let key, let child, let reason):
      note(
        "tasks_returned", label: reason, .info, "A task came back from a child", of: key,
        ["child": "\(child)", "reason": "\(reason)"])
    case .taskExpired(let key):
      note("tasks_expired", .info, "A task passed its deadline", of: key)
    case .taskCancelled(let key):
      note("tasks_cancelled", .info, "A task was cancelled", of: key)
    case .taskFailedHere(let key, let code, let reason):
      note(
        "tasks_failed_here", label: code.rawValue, .warning, "Gave a task up", of: key,
        ["code": "\(code)", "reason": "\(reason)"])
    case .resultTaken(let key, let child, let status):
      note("results_taken", .debug, "Took a result", of: key, ["child": "\(child)", "status": "\(status)"])
    case .resultDuplicate(let key):
      note("results_duplicate", .debug, "Saw a result again", of: key)
    case .resultIgnored(let key, let child, let reason):
      note(
        "results_ignored", label: reason, .info, "Ignored a result", of: key,
        ["child": "\(child)", "reason": "\(reason)"])
    default:
      break
    }
  }

  private func note(
    _ counter: String, label: String? = nil, _ level: Logger.Level, _ message: Logger.Message, of key: TaskKey,
    _ metadata: @autoclosure () -> Logger.Metadata = [:]
  ) {
    counters.add(counter, label: label)
    guard level >= logger.logLevel else { return }
    var all = metadata()
    all["job"] = "\(key.jobID)"
    all["task"] = "\(key.taskID)"
    logger.log(level: level, message, metadata: all)
  }

  private func note(
    _ counter: String, label: String? = nil, _ level: Logger.Level, _ message: Logger.Message,
    _ metadata: @autoclosure () -> Logger.Metadata
  ) {
    counters.add(counter, label: label)
    logger.log(level: level, message, metadata: metadata())
  }
}
