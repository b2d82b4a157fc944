import HolonRouting
import RXON

/// What a node says of itself at `/status`.
struct StatusReport {
  struct Uplink {
    var name: String
    var mode: String
    var url: String
    var state: String
    var lastError: String?
    /// Whom the parent knows: this node, or each of its children.
    var workers: [Worker]
    var isTransparent: Bool

    var openPolls: Int { workers.reduce(0) { $0 + $1.openPolls } }
    var waitingResults: Int { workers.reduce(0) { $0 + $1.waitingResults } }
    var waitingEvents: Int { workers.reduce(0) { $0 + $1.waitingEvents } }
  }

  struct Worker {
    /// At the parent.
    var id: String
    var child: String?
    var isHere: Bool
    /// `gone` while only what it left behind is delivered.
    var state: String
    var lastError: String?
    var openPolls: Int
    var waitingResults: Int
    var waitingEvents: Int
  }

  struct Child {
    var id: String
    var status: String
    var skills: [String]
    var running: [String]
    var parkedPolls: Int
    var isConnected: Bool
    var isCommandChannelOpen: Bool
    var isHolon: Bool
  }

  struct Certificate {
    /// What it serves: `listen https://0.0.0.0:8700`, `uplink main`.
    var subject: String
    /// Unix seconds.
    var expires: Int
  }

  var id: String
  var version: String
  var uptimeSeconds: Int
  var isDraining: Bool
  var isReady: Bool
  var uplinks: [Uplink]
  var children: [Child]
  var tasksQueued: Int
  var tasksRunning: Int
  var certificates: [Certificate]
  var compression: [Compression]
  var journal: JournalUsage
  var counters: Counters

  /// The answer of `GET /status`.
  func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", id)
    writer.member("version", version)
    writer.member("uptime_seconds", uptimeSeconds)
    writer.member("draining", isDraining)
    writer.member("ready", isReady)
    writer.list("uplinks", uplinks, Self.write(_:to:))
    if transparent.contains(where: { !$0.workers.isEmpty }) {
      let workers = transparent.flatMap { uplink in uplink.workers.map { (uplink.name, $0) } }
      writer.list("workers", workers) { Self.write($0.1, at: $0.0, to: &$1) }
    }
    writer.list("children", children, Self.write(_:to:))
    writer.list("certificates", certificates) { certificate, writer in
      writer.member("for", certificate.subject)
      writer.member("expires", certificate.expires)
      writer.member("days_left", (certificate.expires - NodeClock.unixSeconds()) / 86_400)
    }
    writer.list("compression", compression, Compression.write(_:to:))
    writer.object("tasks") { writer in
      writer.member("queued", tasksQueued)
      writer.member("running", tasksRunning)
    }
    writer.object("outbox") { writer in
      writer.member("results", waitingResults)
      writer.member("events", waitingEvents)
    }
    writer.member("dead_letters", journal.deadLetters)
    writer.object("journal") { writer in
      writer.member("bytes", journal.bytes)
      writer.member("tasks", journal.tasks)
      writer.member("results", journal.results)
      writer.member("events", journal.events)
    }
    writer.object("counters") { writer in
      for (name, value) in counters.sorted {
        writer.member(name.label.map { "\(name.name).\($0)" } ?? name.name, .integer(value))
      }
    }
    writer.endObject()
    return writer.bytes
  }

  /// The uplinks at which each child is a worker of its own.
  var transparent: [Uplink] { uplinks.filter(\.isTransparent) }
  var waitingResults: Int { uplinks.reduce(0) { $0 + $1.waitingResults } }
  var waitingEvents: Int { uplinks.reduce(0) { $0 + $1.waitingEvents } }

  private static func write(_ uplink: Uplink, to writer: inout JSONWriter) {
    writer.member("name", uplink.name)
    writer.member("mode", uplink.mode)
    writer.member("url", uplink.url)
    writer.member("state", uplink.state)
    writer.member("last_error", uplink.lastError)
    writer.member("open_polls", uplink.openPolls)
    writer.member("waiting_results", uplink.waitingResults)
    writer.member("waiting_events", uplink.waitingEvents)
  }

  private static func write(_ worker: Worker, at uplink: String, to writer: inout JSONWriter) {
    writer.member("id", worker.id)
    writer.member("uplink", uplink)
    writer.member("child", worker.child)
    writer.member("state", worker.state)
    writer.member("last_error", worker.lastError)
    writer.member("open_polls", worker.openPolls)
    writer.member("waiting_results", worker.waitingResults)
    writer.member("waiting_events", worker.waitingEvents)
  }

  private static func write(_ child: Child, to writer: inout JSONWriter) {
    writer.member("id", child.id)
    writer.member("status", child.status)
    writer.member("skills", child.skills)
    writer.member("running", child.running)
    writer.member("parked_polls", child.parkedPolls)
    writer.member("connected", child.isConnected)
    writer.member("command_socket", child.isCommandChannelOpen)
    writer.member("holon", child.isHolon)
  }
}

extension JSONWriter {
  mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
    self.name(name)
    beginObject()
    members(&self)
    endObject()
  }

  fileprivate mutating func list<Element>(
    _ name: StaticString, _ elements: [Element], _ members: (Element, inout JSONWriter) -> Void
  ) {
    self.name(name)
    beginArray()
    for element in elements {
      beginObject()
      members(element, &self)
      endObject()
    }
    endArray()
  }
}
