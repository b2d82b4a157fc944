import NIOCore
import RXONTLS
import TestSupport
import Testing

@Suite("Data over TLS", .timeLimit(.minutes(3)))
struct TransferTests {
  @Test("what is written when the channel becomes active arrives after the handshake")
  func early() async throws {
    try await withListener(.usual, .init(echoes: true)) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual), .init(greeting: "first words"))
      try await eventually { dialled.text == "first words" }
      await dialled.close()
    }
  }

  @Test("megabytes come back as they were, over both versions", arguments: [TLSVersion.v12, .v13])
  func large(version: TLSVersion) async throws {
    var server = TLSServerOptions.usual
    server.minimumVersion = version
    try await withListener(server, .init(echoes: true)) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual))
      let sent = pattern(8 << 20)
      for size in [1, 1000, 16384, 16385, 100_000, 1 << 20] {
        dialled.channel.write(ByteBuffer(bytes: sent.prefix(size)), promise: nil)
      }
      try await dialled.channel.writeAndFlush(ByteBuffer(bytes: sent)).get()
      let total = 1 + 1000 + 16384 + 16385 + 100_000 + (1 << 20) + sent.count
      try await eventually(within: .seconds(60)) { dialled.current.receivedCount == total }
      #expect(Array(dialled.current.received.suffix(sent.count)) == sent)
      #expect(dialled.current.errors.isEmpty)
      await dialled.close()
    }
  }

  @Test("a reader that does not ask stops the sender; one read gives one piece; the rest follows when asked for")
  func backPressure() async throws {
    let context = try TLSServerContext(.usual)
    let listener = try await Listener.start(.init(keepsBytes: false), autoRead: false) { context }
    let dialled = try await dial(listener.port, try TLSClientContext(.usual))
    let accepted = try await listener.endpoint()
    try await eventually { dialled.current.session != nil && accepted.current.session != nil }
    let total = 32 << 20
    let written = dialled.write(ByteBuffer(bytes: pattern(total)))
    // The sender is stuck once its socket and the receiver's are full.
    try await eventually { !dialled.channel.isWritable }
    #expect(accepted.current.receivedCount == 0)

    accepted.channel.read()
    try await eventually { accepted.current.readCompletions == 1 }
    let first = accepted.current.receivedCount
    #expect(first > 0)
    #expect(first < 2 << 20)
    #expect(!dialled.channel.isWritable)

    try await accepted.channel.setOption(.autoRead, value: true).get()
    try await eventually(within: .seconds(60)) { accepted.current.receivedCount == total }
    try await written.get()
    await dialled.close()
    await listener.stop()
  }

  @Test("data that came along with the handshake waits until it is asked for")
  func earlyData() async throws {
    let context = try TLSServerContext(.usual)
    let listener = try await Listener.start(autoRead: false) { context }
    let gate = try await Cutter.start(to: listener.port, passing: 1)
    let greeting = String(repeating: "early ", count: 100)
    let dialled = try await dial(gate.port, try TLSClientContext(.usual), .init(greeting: greeting))
    try await eventually { gate.withheldCount > greeting.utf8.count }
    try await gate.open()
    let accepted = try await listener.endpoint()
    try await eventually { accepted.current.session != nil }
    // Whatever was to come in that turn of the loop has come after one more.
    try await accepted.channel.eventLoop.submit {}.get()
    #expect(accepted.current.receivedCount == 0)
    accepted.channel.read()
    try await eventually { accepted.text == greeting }
    #expect(accepted.current.readCompletions == 1)
    await dialled.close()
    await gate.stop()
    await listener.stop()
  }

  @Test("promises are kept when the records are written, one for each write")
  func promises() async throws {
    try await withListener(.usual) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual))
      var writes: [EventLoopFuture<Void>] = []
      for size in [0, 1, 0, 20_000, 16384, 3] {
        writes.append(dialled.write(ByteBuffer(bytes: pattern(size)), flush: false))
      }
      dialled.channel.flush()
      for write in writes { try await within { try await write.get() } }
      await dialled.close()
    }
  }

  @Test("a half-closed side still receives, in both directions")
  func halfClosure() async throws {
    let server = Recorder.Behaviour(farewell: "that was all from here too")
    try await withListener(.usual, server, halfClosure: true) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual), halfClosure: true)
      dialled.channel.writeAndFlush(ByteBuffer(string: "all from here"), promise: nil)
      try await dialled.channel.close(mode: .output).get()
      let accepted = try await listener.endpoint()
      try await eventually { dialled.current.isClosed && accepted.current.isClosed }
      #expect(accepted.text == "all from here")
      #expect(accepted.current.isInputClosed)
      #expect(dialled.text == "that was all from here too")
      #expect(dialled.current.errors.isEmpty)
      #expect(accepted.current.errors.isEmpty)
    }
  }

  @Test("writing after the own end fails")
  func writeAfterEnd() async throws {
    try await withListener(.usual, halfClosure: true) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual), halfClosure: true)
      try await dialled.channel.close(mode: .output).get()
      await #expect(throws: ChannelError.outputClosed) { try await dialled.send("more") }
      await dialled.close()
      await #expect(throws: ChannelError.ioOnClosedChannel) { try await dialled.send("more") }
    }
  }

  @Test("a peer's goodbye closes a connection that does not go on half-closed, without an error")
  func goodbye() async throws {
    try await withListener(.usual) { listener in
      let dialled = try await dial(listener.port, try TLSClientContext(.usual), .init(greeting: "bye"))
      let accepted = try await listener.endpoint()
      try await eventually { accepted.text == "bye" }
      await dialled.close()
      try await eventually { accepted.current.isClosed }
      #expect(accepted.current.errors.isEmpty)
      #expect(!accepted.current.isInputClosed)
    }
  }

  @Test("an end without goodbye is told as truncation, after what came before", arguments: [true, false])
  func truncation(halfClosure: Bool) async throws {
    try await withListener(.usual, .init(echoes: true)) { listener in
      let cutter = try await Cutter.start(to: listener.port)
      let dialled = try await dial(
        cutter.port, try TLSClientContext(.usual), .init(greeting: "half of it"), halfClosure: halfClosure)
      try await eventually { dialled.text == "half of it" }
      await cutter.endOutput()
      try await eventually { dialled.failure != nil }
      #expect(dialled.failure?.kind == .truncated)
      if halfClosure {
        try await eventually { dialled.current.isInputClosed }
      } else {
        try await eventually { dialled.current.isClosed }
      }
      await dialled.close()
      await cutter.stop()
    }
  }

  @Test("closing during the handshake fails what was written before")
  func closeInHandshake() async throws {
    let silent = try await Listener.start { nil }
    let dialled = try await dial(silent.port, try TLSClientContext(.usual))
    let written = dialled.write(ByteBuffer(string: "never sent"))
    await dialled.close()
    await #expect(throws: ChannelError.ioOnClosedChannel) { try await written.get() }
    await silent.stop()
  }

  @Test("ending the output during the handshake sends first what was written before")
  func earlyHalfClose() async throws {
    try await withListener(.usual, .init(farewell: "heard"), halfClosure: true) { listener in
      let gate = try await Cutter.start(to: listener.port, passing: 0)
      let dialled = try await dial(gate.port, try TLSClientContext(.usual), halfClosure: true)
      dialled.channel.write(ByteBuffer(string: "said early"), promise: nil)
      async let ended: Void = dialled.channel.close(mode: .output).get()
      try await gate.open()
      try await ended
      try await eventually { dialled.current.isClosed }
      #expect(try await listener.endpoint().text == "said early")
      #expect(dialled.text == "heard")
      await gate.stop()
    }
  }

  @Test("more than sixteen mebibytes before the end of the handshake are refused")
  func tooMuchEarly() async throws {
    let silent = try await Listener.start { nil }
    var options = TLSClientOptions.usual
    options.handshakeTimeout = .seconds(100)
    let dialled = try await dial(silent.port, try TLSClientContext(options))
    let mebibyte = ByteBuffer(repeating: 0, count: 1 << 20)
    let writes = (0..<17).map { _ in dialled.write(mebibyte) }
    for write in writes {
      let error = await #expect(throws: TLSError.self) { try await write.get() }
      #expect(error?.kind == .tooMuchWritten)
    }
    try await eventually { dialled.current.isClosed }
    #expect(dialled.failure?.kind == .tooMuchWritten)
    await silent.stop()
  }

  private func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 11) }
    return (0..<count / block.count).flatMap { _ in block } + block.prefix(count % block.count)
  }
}
