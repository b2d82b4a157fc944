import DequeModule

/// What waits to be sent on a link. Small messages go first; large ones are cut into chunks and take turns, so that no
/// heartbeat or command waits behind a result of megabytes. Messages of one call keep their order.
///
/// A value without I/O: whoever owns it takes frames out as the network takes them.
struct OutboundFrames {
  /// Told whether the whole message was handed to the network.
  typealias Written = @Sendable (Bool) -> Void

  /// A frame to send now.
  struct Departure {
    var frame: LinkFrame
    /// With the last frame of a message.
    var written: Written?
    /// The first frame of a message.
    var isFirst: Bool
  }

  private struct Waiting {
    var frame: LinkFrame
    var written: Written?
  }

  /// A message on its way in chunks.
  private struct Large {
    var call: UInt64
    var rest: ArraySlice<UInt8>
    /// What is sent first; nil once it is.
    var head: LinkFrame?
    var written: Written?
    /// Messages of the same call that came meanwhile.
    var followers: Deque<Waiting> = []
  }

  /// Large messages on their way at once; others wait, which bounds what the other side has to hold half-done.
  static let largeAtOnce = 4
  /// Small messages that go before a chunk has its turn.
  private static let smallBeforeChunk = 16

  private var small: Deque<Waiting> = []
  private var large: Deque<Large> = []
  private var largeWaiting: Deque<Waiting> = []
  private var smallInARow = 0
  /// Of bodies, in bytes.
  private(set) var waitingBytes = 0
  /// Messages that are not sent to their end.
  private(set) var waitingCount = 0

  var isEmpty: Bool { small.isEmpty && large.isEmpty && largeWaiting.isEmpty }

  mutating func add(_ frame: LinkFrame, written: Written? = nil) {
    waitingBytes += frame.bodySize
    waitingCount += 1
    place(Waiting(frame: frame, written: written))
  }

  /// Behind what there is of its call, else where there is room.
  private mutating func place(_ waiting: Waiting) {
    if largeWaiting.contains(where: { $0.frame.call == waiting.frame.call }) {
      largeWaiting.append(waiting)
    } else if let index = large.firstIndex(where: { $0.call == waiting.frame.call }) {
      large[index].followers.append(waiting)
    } else {
      admit(waiting)
    }
  }

  private mutating func admit(_ waiting: Waiting) {
    guard waiting.frame.bodySize > LinkFrame.chunkSize else { return small.append(waiting) }
    guard large.count < Self.largeAtOnce else { return largeWaiting.append(waiting) }
    let (head, rest) = waiting.frame.cut()
    large.append(Large(call: waiting.frame.call, rest: rest, head: head, written: waiting.written))
  }

  /// The next frame to send.
  mutating func next() -> Departure? {
    if let waiting = small.first, smallInARow < Self.smallBeforeChunk || !isLargeDue {
      small.removeFirst()
      smallInARow += 1
      waitingBytes -= waiting.frame.bodySize
      waitingCount -= 1
      return Departure(frame: waiting.frame, written: waiting.written, isFirst: true)
    }
    smallInARow = 0
    return nextOfLarge()
  }

  /// A message in chunks does not begin before a small one of its own call, which it found waiting.
  private var isLargeDue: Bool {
    guard let message = large.first else { return false }
    return message.head == nil || !small.contains { $0.frame.call == message.call }
  }

  private mutating func nextOfLarge() -> Departure? {
    guard var message = large.popFirst() else { return nil }
    let frame: LinkFrame
    let isFirst = message.head != nil
    if let head = message.head {
      frame = head
      message.head = nil
    } else {
      let data = message.rest.prefix(LinkFrame.chunkSize)
      message.rest = message.rest.dropFirst(LinkFrame.chunkSize)
      frame = LinkFrame(call: message.call, .chunk(Array(data)))
    }
    waitingBytes -= frame.bodySize
    guard message.rest.isEmpty else {
      large.append(message)
      return Departure(frame: frame, written: nil, isFirst: isFirst)
    }
    waitingCount -= 1
    for follower in message.followers { place(follower) }
    admitWaiting()
    return Departure(frame: frame, written: message.written, isFirst: isFirst)
  }

  private mutating func admitWaiting() {
    while large.count < Self.largeAtOnce, let waiting = largeWaiting.popFirst() {
      if let index = large.firstIndex(where: { $0.call == waiting.frame.call }) {
        large[index].followers.append(waiting)
      } else {
        admit(waiting)
      }
    }
  }

  /// What was taken out without being sent to its end.
  struct Dropped {
    /// A part of a message had gone: the other side is to be told that no more comes.
    var wasUnderWay = false
    /// To be told that their messages were not handed to the network, once nothing here is being changed: who hears it
    /// may send something at once.
    var written: [Written] = []
  }

  /// Takes out what is left of a call.
  mutating func drop(_ call: UInt64) -> Dropped {
    var waiting: [Waiting] = []
    func isOfCall(_ other: Waiting) -> Bool {
      guard other.frame.call == call else { return false }
      waiting.append(other)
      return true
    }
    small.removeAll(where: isOfCall)
    largeWaiting.removeAll(where: isOfCall)
    var dropped = Dropped()
    if let index = large.firstIndex(where: { $0.call == call }) {
      let message = large.remove(at: index)
      dropped.wasUnderWay = message.head == nil
      dropped.written = [message.written].compactMap(\.self)
      waitingBytes -= message.rest.count + (message.head?.bodySize ?? 0)
      waitingCount -= 1
      waiting += message.followers
      admitWaiting()
    }
    waitingBytes -= waiting.reduce(0) { $0 + $1.frame.bodySize }
    waitingCount -= waiting.count
    dropped.written += waiting.compactMap(\.written)
    return dropped
  }

  /// Takes out everything.
  /// - Returns: to be told, as of ``Dropped/written``.
  mutating func dropAll() -> [Written] {
    let waiting = small.compactMap(\.written) + largeWaiting.compactMap(\.written)
    let underWay = large.compactMap(\.written) + large.flatMap { $0.followers.compactMap(\.written) }
    self = OutboundFrames()
    return waiting + underWay
  }
}

extension LinkFrame {
  /// Of the body that it carries, in bytes.
  var bodySize: Int {
    switch content {
    case .begin(let call): call.body?.data.count ?? 0
    case .answer(let answer): answer.body?.data.count ?? 0
    case .message(let body): body.data.count
    case .chunk(let data): data.count
    case .welcome, .cancel, .receipts: 0
    }
  }

  /// The frame with the beginning of its body, and what has to follow.
  fileprivate func cut() -> (head: LinkFrame, rest: ArraySlice<UInt8>) {
    var rest: ArraySlice<UInt8> = []
    func cut(_ body: LinkBody) -> LinkBody {
      rest = body.data[LinkFrame.chunkSize...]
      var beginning = body
      beginning.data = Array(body.data[..<LinkFrame.chunkSize])
      beginning.following = UInt64(rest.count)
      return beginning
    }
    var head = self
    switch content {
    case .begin(var call):
      call.body = call.body.map(cut)
      head.content = .begin(call)
    case .answer(var answer):
      answer.body = answer.body.map(cut)
      head.content = .answer(answer)
    case .message(let body): head.content = .message(cut(body))
    case .welcome, .chunk, .cancel, .receipts: break
    }
    return (head, rest)
  }
}
