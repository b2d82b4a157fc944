import NIOCore

/// A connection that must act when some time has passed, and when its owner shuts down.
///
/// Confined to the event loop of its ``SupervisedConnections``.
protocol SupervisedConnection: AnyObject {
  /// `.distantFuture` while nothing is to be watched.
  var deadline: NIODeadline { get }
  /// The place in the list; kept by ``SupervisedConnections``.
  var supervisionSlot: Int { get set }
  func deadlinePassed(at now: NIODeadline)
  /// Ends the connection as soon as what it does now is done.
  func closeWhenIdle()
  func closeNow()
}

/// The connections of one event loop, with one timer for all of them: thousands of parked connections cost a
/// comparison each per tick instead of a timer each.
///
/// Confined to its event loop.
package final class SupervisedConnections: @unchecked Sendable {
  // Unchecked: everything mutable is confined to `eventLoop`.
  /// How late a deadline may be noticed.
  static let tick = TimeAmount.milliseconds(250)

  private let eventLoop: any EventLoop
  private var members: [any SupervisedConnection] = []
  private var isTicking = false
  private var emptied: EventLoopPromise<Void>?

  package init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  var count: Int { members.count }
  var all: [any SupervisedConnection] { members }

  func add(_ connection: any SupervisedConnection) {
    connection.supervisionSlot = members.count
    members.append(connection)
    if !isTicking {
      isTicking = true
      scheduleTick()
    }
  }

  func remove(_ connection: any SupervisedConnection) {
    let slot = connection.supervisionSlot
    guard members.indices.contains(slot), members[slot] === connection, let last = members.popLast() else { return }
    if slot < members.count {
      members[slot] = last
      last.supervisionSlot = slot
    }
    connection.supervisionSlot = -1
    if members.isEmpty {
      emptied?.succeed()
      emptied = nil
    }
  }

  /// Asks all connections to end when idle. The future succeeds when there are none left.
  func drain() -> EventLoopFuture<Void> {
    guard !members.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
    let promise = emptied ?? eventLoop.makePromise(of: Void.self)
    emptied = promise
    for connection in Array(members) {
      connection.closeWhenIdle()
    }
    return promise.futureResult
  }

  func closeAll() {
    // A copy: closing takes connections off the list.
    for connection in Array(members) {
      connection.closeNow()
    }
  }

  private func scheduleTick() {
    eventLoop.assumeIsolated().scheduleTask(in: Self.tick) { [weak self] in
      guard let self else { return }
      sweep(now: .now())
      isTicking = !members.isEmpty
      if isTicking {
        scheduleTick()
      }
    }
  }

  /// Backwards, since acting may remove the member and put the last one, seen already, into its place.
  private func sweep(now: NIODeadline) {
    var slot = members.count - 1
    while slot >= 0 {
      if slot < members.count, members[slot].deadline <= now {
        members[slot].deadlinePassed(at: now)
      }
      slot -= 1
    }
  }
}
