import RXON

/// What the upper node tells of itself when a link opens.
package struct LinkWelcome: Sendable, Hashable {
  /// Words as in the `X-Holon-Features` header, of what both sides have.
  package var features: String
  /// Calls that may wait for their answers at once, polls and command channels aside.
  package var calls: UInt32
  /// Polls that may wait at once: the most credit that is taken.
  package var polls: UInt32
  /// Bytes of a body.
  package var bodySize: UInt64
  /// The parent's clock, Unix seconds.
  package var time: UInt64

  package init(features: String, calls: UInt32, polls: UInt32, bodySize: UInt64, time: UInt64) {
    self.features = features
    self.calls = calls
    self.polls = polls
    self.bodySize = bodySize
    self.time = time
  }
}

/// What a caller asks.
package enum LinkAction: UInt32, Sendable, Hashable {
  case register = 1
  /// A credit for one task.
  case poll
  case result
  case heartbeat
  case event
  case issueToken
  case refreshToken
  /// Opens a command channel.
  case commands
}

/// Begins a call.
package struct LinkCall: Sendable, Hashable {
  package var action: LinkAction
  /// Empty: who opened the link.
  package var workerID = ""
  /// Empty: what opened the link.
  package var token = ""
  package var body: LinkBody?
  package var poll: LinkPoll?

  package init(_ action: LinkAction) {
    self.action = action
  }
}

package struct LinkPoll: Sendable, Hashable {
  package var waitMilliseconds: UInt32 = 0
  /// The lists are those of the worker's last poll on this link.
  package var hasSameSkills = false
  /// Nil where the poll names none, which is not the same as an empty list.
  package var availableSkills: [String]?
  package var hotSkills: [String]?
  /// Empty for none.
  package var lease = ""

  package init() {}
}

/// Ends a call.
package struct LinkAnswer: Sendable, Hashable {
  /// As HTTP has it.
  package var status: UInt32
  package var body: LinkBody?
  package var retryAfterMilliseconds: UInt64 = 0
  /// The parent's clock, Unix seconds.
  package var time: UInt64

  package init(status: UInt32, body: LinkBody? = nil, time: UInt64) {
    self.status = status
    self.body = body
    self.time = time
  }
}

/// A body, or the beginning of one that chunks complete.
package struct LinkBody: Sendable, Hashable {
  package enum Coding: UInt32, Sendable, Hashable {
    case plain
    /// One LZ4 frame that states the size of its content.
    case lz4
  }

  package var data: [UInt8]
  /// Bytes that follow in chunks.
  package var following: UInt64 = 0
  package var coding = Coding.plain

  package init(_ data: [UInt8], coding: Coding = .plain) {
    self.data = data
    self.coding = coding
  }
}

/// Tasks that a worker has stored.
package struct LinkReceipts: Sendable, Hashable {
  /// Empty as in ``LinkCall``.
  package var workerID = ""
  package var token = ""
  package var tasks: [TaskReceipt]

  package init(workerID: String = "", token: String = "", tasks: [TaskReceipt]) {
    self.workerID = workerID
    self.token = token
    self.tasks = tasks
  }
}
