import NIOCore
import NIOEmbedded
import RXON
import RXONLZ4
import RXONLink
import RXONWire

extension Harness {
  /// Frames to either end of a link. The first byte says which and how, then each frame has its length in two bytes
  /// before it.
  static let link = Harness(name: "link") { bytes in
    let frames = LinkInput.frames(of: bytes.dropFirst())
    for frame in frames {
      guard let decoded = try? LinkFrame(decoding: frame) else { continue }
      let again = try requireSuccess("what is read, is written and read back") {
        try LinkFrame(decoding: decoded.encoded())
      }
      try require(again == decoded, "a frame reads back as itself")
    }
    try checkBatch(Array(bytes.dropFirst()))
    let options = bytes.first ?? 0
    if options & 1 == 0 {
      try runUpperEnd(frames, options)
    } else {
      try runLowerEnd(frames, options)
    }
  }

  /// The frames that a message is read as, travel in another one as the same frames.
  private static func checkBatch(_ bytes: [UInt8]) throws {
    var frames: [LinkFrame] = []
    try? FrameBatch.forEachFrame(of: bytes) { frames.append($0) }
    var batch = FrameBatch()
    for frame in frames { batch.append(frame) }
    var again: [LinkFrame] = []
    try requireSuccess("a batch that was written is read") {
      try FrameBatch.forEachFrame(of: batch.bytes) { again.append($0) }
    }
    try require(again == frames, "a batch reads back as itself")
  }

  private static let bodySize = 100_000

  private static func runUpperEnd(_ frames: [[UInt8]], _ options: UInt8) throws {
    let pipe = RecordingPipe()
    let handler = FuzzedHandler(answersAtOnce: options & 2 != 0, refuses: options & 4 != 0)
    var limits = LinkLimits()
    limits.bodySize = bodySize
    limits.calls = 8
    limits.polls = 8
    limits.channels = 4
    let credentials = Credentials(
      token: "t", workerID: "w", remoteAddress: "", isHolon: true, features: .all)
    let session = LinkServerSession(
      pipe: pipe, credentials: credentials, handler: handler, limits: limits, sessions: LinkSessions(),
      compression: try compression())
    session.start()
    for frame in frames where pipe.isOpen {
      guard let decoded = try? LinkFrame(decoding: frame) else { continue }
      session.received(decoded)
      pipe.run()
      try require(handler.waiting <= limits.calls + limits.polls, "no more calls wait than may")
    }
    if options & 8 != 0 { while handler.answerOldest() { pipe.run() } }
    pipe.run()
    session.pipeClosed()
    pipe.run()
    try require(handler.waiting == 0, "calls end with their link")
    try require(handler.openChannels == 0, "command channels end with their link")
    try require(handler.longestBody <= bodySize, "no body is longer than the limit")
    try require(handler.told == handler.answered, "every answer is told whether it went out")
    try checkAnswers(pipe.frames)
  }

  /// Each call is answered once, a command channel at most twice.
  private static func checkAnswers(_ frames: [LinkFrame]) throws {
    var answers: [UInt64: Int] = [:]
    for frame in frames {
      guard case .answer = frame.content else { continue }
      answers[frame.call, default: 0] += 1
      try require(answers[frame.call, default: 0] <= 2, "a call is answered once, a command channel twice")
    }
  }

  private static func runLowerEnd(_ frames: [[UInt8]], _ options: UInt8) throws {
    let pipe = RecordingPipe()
    let opener = RecordingOpener(pipe: pipe)
    var linkOptions = LinkOptions()
    linkOptions.answerSize = bodySize
    let wire = LinkWire(opener: opener, eventLoop: pipe.loop, options: linkOptions)
    let ended = Endings()
    for action in [
      WireCall.Action.heartbeat, .result,
      .poll(PollTerms(wait: .zero, availableSkills: ["a"], hotSkills: nil, lease: "l")),
    ] {
      wire.submit(WireCall(action, workerID: "w", token: "t", body: Array("{}".utf8))) { _ in ended.count += 1 }
    }
    pipe.run()
    if options & 2 != 0 {
      opener.end?.received(
        LinkFrame(.welcome(LinkWelcome(features: "lz4, lease", calls: 2, polls: 1, bodySize: 1000, time: 1))))
    }
    for frame in frames where pipe.isOpen {
      guard let decoded = try? LinkFrame(decoding: frame) else { continue }
      opener.end?.received(decoded)
      pipe.run()
    }
    opener.end?.pipeClosed()
    pipe.run()
    try require(ended.count == 3, "every call ends once, with its link at the latest")
  }

  private static func compression() throws -> BodyCompression {
    BodyCompression(frames: try LZ4Frame(), statistics: CompressionStatistics())
  }
}

private enum LinkInput {
  static func frames(of bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    var rest = bytes
    var frames: [[UInt8]] = []
    while rest.count >= 2, frames.count < 256 {
      let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(2)
      frames.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return frames
  }
}

/// Keeps what is written. Confined to one thread.
private final class RecordingPipe: LinkPipe, @unchecked Sendable {
  // Unchecked: a harness has one thread.
  let loop = EmbeddedEventLoop()
  private(set) var frames: [LinkFrame] = []
  private(set) var isOpen = true

  var eventLoop: any EventLoop { loop }
  var isWritable: Bool { isOpen }

  func write(_ frame: LinkFrame, written: (@Sendable (Bool) -> Void)?) {
    if isOpen { frames.append(frame) }
    written?(isOpen)
  }

  func flush() {}

  func close(_ reason: LinkClosure) {
    isOpen = false
  }

  func run() {
    loop.run()
  }
}

private final class RecordingOpener: LinkOpener, @unchecked Sendable {
  // Unchecked: a harness has one thread.
  private let pipe: RecordingPipe
  var end: (any LinkEnd)?
  var encryption: (any AnyObject & Sendable)? { nil }

  init(pipe: RecordingPipe) {
    self.pipe = pipe
  }

  func open(
    _ opening: LinkOpening, on eventLoop: any EventLoop,
    accept: @escaping @Sendable (any LinkPipe) -> (any LinkEnd)?
  ) -> EventLoopFuture<Void> {
    end = accept(pipe)
    return eventLoop.makeSucceededVoidFuture()
  }
}

private final class Endings: @unchecked Sendable {
  // Unchecked: a harness has one thread.
  var count = 0
}
