import RXON
import Synchronization
import Testing

@testable import RXONLink

@Suite("Frames that travel together")
struct FrameBatchTests {
  private func frames(of batch: [UInt8]) throws -> [LinkFrame] {
    var frames: [LinkFrame] = []
    try FrameBatch.forEachFrame(of: batch) { frames.append($0) }
    return frames
  }

  @Test("they arrive as they were sent, in their order")
  func roundTrip() throws {
    let sent = LinkFrameTests.frames + [LinkFrame(call: 11, .chunk(Array(repeating: 7, count: LinkFrame.chunkSize)))]
    var batch = FrameBatch()
    for frame in sent { batch.append(frame) }
    #expect(try frames(of: batch.bytes) == sent)
  }

  @Test("each has the field of frames and its length before it")
  func form() {
    var batch = FrameBatch()
    batch.append(LinkFrame(call: 9, .cancel))
    batch.append(LinkFrame(call: 1, .chunk(Array(repeating: 0, count: 200))))
    #expect(Array(batch.bytes.prefix(9)) == [0x0a, 4, 0x08, 9, 0x32, 0, 0x0a, 0xd0, 0x01])
  }

  @Test("nothing is no frame")
  func empty() throws {
    #expect(try frames(of: []).isEmpty)
  }

  @Test("what a later version adds beside them is passed over")
  func unknownField() throws {
    var batch = FrameBatch()
    batch.append(LinkFrame(call: 9, .cancel))
    #expect(try frames(of: [0x10, 7] + batch.bytes + [0x1a, 1, 0]) == [LinkFrame(call: 9, .cancel)])
  }

  @Test("one holds 2 KiB; a small frame does not wait for a large one, which travels alone")
  func room() {
    var batch = FrameBatch()
    let (small, large) = (LinkFrame(call: 9, .cancel), LinkFrame(call: 1, .chunk(Array(repeating: 0, count: 16 << 10))))
    #expect(batch.hasRoom(for: large.encoded()) && !batch.isFull)
    batch.append(small)
    #expect(batch.hasRoom(for: small.encoded()) && !batch.hasRoom(for: large.encoded()) && !batch.isFull)
    while batch.hasRoom(for: small.encoded()) { batch.append(small) }
    #expect((2040..<2060).contains(batch.bytes.count))
    var alone = FrameBatch()
    alone.append(large)
    #expect(alone.isFull)
  }

  @Test("whoever wrote into one is told once whether it was written")
  func telling() {
    let told = Mutex<[Bool]>([])
    var batch = FrameBatch()
    #expect(batch.isEmpty && !batch.isAwaited)
    batch.append(encoded: LinkFrame(call: 9, .cancel).encoded()) { isWritten in told.withLock { $0.append(isWritten) } }
    let taken = batch.take()
    #expect(batch.isEmpty && !batch.isAwaited && taken.isAwaited)
    taken.tell(true)
    batch.tell(false)
    #expect(told.withLock { $0 } == [true])
  }

  @Test(
    "what is cut off, or is no frame, is refused, and what stood before it has arrived",
    arguments: [
      [0x0a, 4, 0x08], [0x0a, 0], [0x0a], [0], [0xff], [0x0a, 2, 0x08, 1], [0x08, 1],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ] as [[UInt8]])
  func malformed(rest: [UInt8]) {
    var batch = FrameBatch()
    batch.append(LinkFrame(call: 9, .cancel))
    var arrived: [LinkFrame] = []
    #expect(throws: LinkFrameError.self) {
      try FrameBatch.forEachFrame(of: batch.bytes + rest) { arrived.append($0) }
    }
    #expect(arrived == [LinkFrame(call: 9, .cancel)])
  }
}
