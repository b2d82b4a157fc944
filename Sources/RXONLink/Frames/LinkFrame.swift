/// One message of a link (`link.proto`). The lower node opens the link and numbers its calls; every frame belongs to one.
package struct LinkFrame: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    /// Down, once, first.
    case welcome(LinkWelcome)
    /// Up: begins a call.
    case begin(LinkCall)
    /// Down: ends a call. For a command channel the first one opens it and the second ends it.
    case answer(LinkAnswer)
    /// More of a body that is larger than a frame.
    case chunk([UInt8])
    /// Up: the caller does not wait any more, and takes no answer that is still on its way.
    case cancel
    /// On a command channel: a command down, an event up.
    case message(LinkBody)
    /// Up: these tasks are stored.
    case receipts(LinkReceipts)
  }

  /// Chosen by the lower node, each number once; 0 where the frame is of no call.
  package var call: UInt64
  package var content: Content

  package init(call: UInt64 = 0, _ content: Content) {
    self.call = call
    self.content = content
  }

  /// Of a body, the most that one frame carries, in bytes. What is larger is cut, so that small messages need not wait
  /// behind it.
  package static let chunkSize = 16 << 10
}
