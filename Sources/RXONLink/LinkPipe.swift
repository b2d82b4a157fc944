import NIOCore

/// What a link runs over: a connection that carries whole frames both ways, in order. Confined to its event loop.
package protocol LinkPipe: AnyObject, Sendable {
  var eventLoop: any EventLoop { get }
  /// False while more is on its way than the network takes.
  var isWritable: Bool { get }
  /// Sends a frame with the next ``flush()``.
  /// - Parameter written: told on the event loop whether it was handed to the network.
  func write(_ frame: LinkFrame, written: (@Sendable (Bool) -> Void)?)
  func flush()
  /// Ends the connection.
  func close(_ reason: LinkClosure)
}

/// Why a link is ended from this side.
package enum LinkClosure: Sendable, Hashable {
  /// Nothing is left to do.
  case finished
  /// The other side breaks the protocol.
  case violation(String)
  /// The other side does not read what is sent, or stops within a message.
  case stalled
  /// A newer link of the same worker takes its place.
  case replaced
}

/// One end of a link, as its pipe sees it. Called on the event loop.
package protocol LinkEnd: AnyObject {
  func received(_ frame: LinkFrame)
  func becameWritable()
  /// The other side shows that it is there.
  func sawSignOfLife()
  /// Lets what is under way end, and closes the pipe then.
  /// - Returns: false where nothing is waited for.
  func drain() -> Bool
  /// Called once, for whatever reason the pipe ended.
  func pipeClosed()
}
