import NIOCore
import NIOEmbedded

/// One end of a connection without a network: hands pieces to it as a socket would, only when it wants to read.
final class EmbeddedConnection {
  let loop: EmbeddedEventLoop
  let channel: EmbeddedChannel
  private let gate = ReadGate()
  private(set) var written: [UInt8] = []

  init(loop: EmbeddedEventLoop) throws {
    self.loop = loop
    channel = EmbeddedChannel(handler: nil, loop: loop)
    channel.allowRemoteHalfClosure = true
    try channel.pipeline.syncOperations.addHandler(gate)
  }

  /// To be called once the handlers are in place.
  func open() throws {
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    loop.run()
  }

  /// Whether the connection takes more; asks it to read, as a channel does on its own after every piece.
  var wantsMore: Bool {
    guard channel.isActive else { return false }
    if !gate.isOpen { channel.pipeline.read() }
    return gate.isOpen
  }

  func receive(_ piece: ArraySlice<UInt8>) throws {
    gate.isOpen = false
    channel.pipeline.fireChannelRead(ByteBuffer(bytes: piece))
    channel.pipeline.fireChannelReadComplete()
    loop.run()
    try collect()
  }

  /// The peer sends nothing more.
  func receiveEnd() throws {
    guard channel.isActive else { return }
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    loop.run()
    try collect()
  }

  /// The peer is gone.
  func drop() throws {
    if channel.isActive { channel.close(promise: nil) }
    loop.run()
    try collect()
  }

  func setWritable(_ isWritable: Bool) {
    guard channel.isWritable != isWritable else { return }
    channel.isWritable = isWritable
    channel.pipeline.fireChannelWritabilityChanged()
    loop.run()
  }

  /// Lets `count` ticks of a ``SupervisedConnections`` pass. Deadlines are set on the real clock: with limits of no time
  /// at all, each tick finds them passed.
  func pass(ticks count: Int) throws {
    for _ in 0..<count {
      loop.advanceTime(by: .milliseconds(250))
      try collect()
    }
  }

  /// Takes what was written so far.
  func collect() throws {
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
      written += Array(buffer: buffer)
    }
  }
}

/// Remembers whether somebody wants to read.
private final class ReadGate: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  var isOpen = false

  func read(context: ChannelHandlerContext) {
    isOpen = true
    context.read()
  }
}
