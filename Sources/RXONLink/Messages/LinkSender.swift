import NIOCore

/// Sends what waits as fast as the pipe takes it, in one go per turn of the event loop. Confined to the pipe's loop.
final class LinkSender {
  /// Bytes that may wait for a pipe that does not take them; more than that is a peer that does not read.
  static let greatestBacklog = 256 << 20
  /// What a frame takes up beside its body, in bytes.
  private static let frameSize = 256

  private let pipe: any LinkPipe
  private var frames = OutboundFrames()
  private var isFlushScheduled = false
  private var isOver = false
  /// Told of the number of each call whose first frame was handed to the pipe.
  var began: ((UInt64) -> Void)?

  init(_ pipe: any LinkPipe) {
    self.pipe = pipe
  }

  func send(_ frame: LinkFrame, written: OutboundFrames.Written? = nil) {
    guard !isOver else {
      written?(false)
      return
    }
    frames.add(frame, written: written)
    pump()
    if frames.waitingBytes + frames.waitingCount * Self.frameSize > Self.greatestBacklog { pipe.close(.stalled) }
  }

  /// To be called when the pipe takes more.
  func pump() {
    guard !isOver else { return }
    while pipe.isWritable, let departure = frames.next() {
      pipe.write(departure.frame, written: departure.written)
      if departure.isFirst { began?(departure.frame.call) }
      scheduleFlush()
    }
  }

  private func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    pipe.eventLoop.assumeIsolated().execute { [self] in
      isFlushScheduled = false
      guard !isOver else { return }
      pipe.flush()
      pump()
    }
  }

  /// Takes out what is left of a call.
  /// - Returns: whether a part of a message had gone.
  @discardableResult
  func drop(_ call: UInt64) -> Bool {
    let dropped = frames.drop(call)
    for written in dropped.written { written(false) }
    return dropped.wasUnderWay
  }

  var isIdle: Bool { frames.isEmpty }

  /// Of bodies, in bytes.
  var waitingBytes: Int { frames.waitingBytes }

  /// The pipe has ended.
  func end() {
    isOver = true
    for written in frames.dropAll() { written(false) }
  }
}
