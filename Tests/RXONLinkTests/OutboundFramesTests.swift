import Synchronization
import Testing

@testable import RXONLink

@Suite("What waits to be sent on a link")
struct OutboundFramesTests {
  private static let chunk = LinkFrame.chunkSize

  private static func call(_ number: UInt64, bytes: Int) -> LinkFrame {
    var call = LinkCall(.result)
    call.body = LinkBody([UInt8](repeating: UInt8(number % 251), count: bytes))
    return LinkFrame(call: number, .begin(call))
  }

  private static func message(_ number: UInt64, _ bytes: Int) -> LinkFrame {
    LinkFrame(call: number, .message(LinkBody([UInt8](repeating: 7, count: bytes))))
  }

  private static func drain(_ frames: inout OutboundFrames) -> [LinkFrame] {
    var sent: [LinkFrame] = []
    while let departure = frames.next() { sent.append(departure.frame) }
    return sent
  }

  @Test("a small message goes before the rest of a large one")
  func smallFirst() {
    var frames = OutboundFrames()
    frames.add(Self.call(1, bytes: 10 * Self.chunk))
    let first = frames.next()
    #expect(first?.frame.call == 1)
    frames.add(Self.call(2, bytes: 10))
    let rest = Self.drain(&frames).map(\.call)
    #expect(rest.prefix(2) == [2, 1])
  }

  @Test("large messages take turns, and small ones do not starve them")
  func turns() {
    var frames = OutboundFrames()
    frames.add(Self.call(1, bytes: 3 * Self.chunk))
    frames.add(Self.call(2, bytes: 3 * Self.chunk))
    for number in 3..<103 { frames.add(Self.call(UInt64(number), bytes: 1)) }
    let sent = Self.drain(&frames).map(\.call)
    #expect(sent.filter { $0 < 3 } == [1, 2, 1, 2, 1, 2])
    #expect(sent.firstIndex(of: 1).map { $0 <= 16 } == true)
    #expect(frames.isEmpty)
    #expect(frames.waitingBytes == 0)
  }

  @Test("messages of one channel keep their order, whatever their sizes")
  func order() {
    var frames = OutboundFrames()
    let sizes = [1, 5 * Self.chunk, 2, 3, Self.chunk + 1, 4]
    for size in sizes { frames.add(Self.message(9, size)) }
    var assembly = BodyAssembly<Void>(limit: 1 << 20)
    var arrived: [Int] = []
    for frame in Self.drain(&frames) {
      let outcome: BodyAssembly<Void>.Outcome
      switch frame.content {
      case .message(let body): outcome = assembly.begin(frame.call, (), body)
      case .chunk(let data): outcome = assembly.add(frame.call, data)
      default: continue
      }
      if case .complete(_, let body) = outcome { arrived.append(body.data.count) }
    }
    #expect(arrived == sizes)
  }

  @Test("a large message does not overtake a small one of its channel, though chunks are due")
  func orderBehindMany() {
    var frames = OutboundFrames()
    for number in 1...40 { frames.add(Self.call(UInt64(number), bytes: 1)) }
    frames.add(Self.message(99, 5))
    frames.add(Self.message(99, 2 * Self.chunk))
    let sizes = Self.drain(&frames).filter { $0.call == 99 }.map(\.bodySize)
    #expect(sizes == [5, Self.chunk, Self.chunk])
    #expect(frames.isEmpty)
  }

  @Test("only so many large messages are under way at once; the others follow")
  func bounded() {
    var frames = OutboundFrames()
    for number in 1...10 { frames.add(Self.call(UInt64(number), bytes: 2 * Self.chunk)) }
    var open: Set<UInt64> = []
    var finished: Set<UInt64> = []
    while let departure = frames.next() {
      if case .begin = departure.frame.content {
        open.insert(departure.frame.call)
      } else {
        open.remove(departure.frame.call)
        finished.insert(departure.frame.call)
      }
      #expect(open.count <= OutboundFrames.largeAtOnce)
    }
    #expect(finished.count == 10)
  }

  @Test("what is dropped is told so, and leaves nothing behind")
  func drop() {
    let told = Mutex<[Bool]>([])
    var frames = OutboundFrames()
    frames.add(Self.call(1, bytes: 5 * Self.chunk)) { wasWritten in told.withLock { $0.append(wasWritten) } }
    frames.add(Self.message(1, 10)) { wasWritten in told.withLock { $0.append(wasWritten) } }
    _ = frames.next()
    let dropped = frames.drop(1)
    #expect(dropped.wasUnderWay)
    for written in dropped.written { written(false) }
    #expect(told.withLock { $0 } == [false, false])
    #expect(frames.isEmpty)
    #expect(frames.waitingBytes == 0)
    #expect(frames.waitingCount == 0)
    frames.add(Self.call(2, bytes: 1)) { wasWritten in told.withLock { $0.append(wasWritten) } }
    let unsent = frames.drop(2)
    #expect(!unsent.wasUnderWay)
    #expect(unsent.written.count == 1)
    #expect(frames.waitingCount == 0)
  }
}

@Suite("Putting bodies together")
struct BodyAssemblyTests {
  private func body(_ count: Int, following: UInt64) -> LinkBody {
    var body = LinkBody([UInt8](repeating: 1, count: count))
    body.following = following
    return body
  }

  @Test("a body over the limit is refused as soon as it begins, and its chunks are passed over")
  func tooLarge() {
    var assembly = BodyAssembly<Int>(limit: 100)
    guard case .tooLarge(1) = assembly.begin(1, 1, body(10, following: 91)) else { return #expect(Bool(false)) }
    guard case .incomplete = assembly.add(1, [UInt8](repeating: 0, count: 91)) else { return #expect(Bool(false)) }
    guard case .complete(2, let whole) = assembly.begin(2, 2, body(100, following: 0)) else {
      return #expect(Bool(false))
    }
    #expect(whole.data.count == 100)
  }

  @Test("a size that no number holds is refused")
  func overflow() {
    var assembly = BodyAssembly<Int>(limit: 100)
    guard case .tooLarge = assembly.begin(1, 1, body(10, following: .max)) else { return #expect(Bool(false)) }
  }

  @Test("chunks that are too long, empty, or of nothing break the protocol")
  func violations() {
    var assembly = BodyAssembly<Int>(limit: 100)
    guard case .violation = assembly.add(1, [1]) else { return #expect(Bool(false)) }
    _ = assembly.begin(1, 1, body(1, following: 2))
    guard case .violation = assembly.add(1, []) else { return #expect(Bool(false)) }
    guard case .violation = assembly.add(1, [1, 2, 3]) else { return #expect(Bool(false)) }
    guard case .violation = assembly.begin(1, 1, body(1, following: 0)) else { return #expect(Bool(false)) }
  }

  @Test("all that is half-done together is bounded")
  func together() {
    var assembly = BodyAssembly<Int>(limit: 100)
    for call in 1...4 {
      guard case .incomplete = assembly.begin(UInt64(call), 0, body(1, following: 99)) else {
        return #expect(Bool(false))
      }
    }
    guard case .tooLarge = assembly.begin(5, 0, body(1, following: 99)) else { return #expect(Bool(false)) }
    assembly.drop(1)
    guard case .incomplete = assembly.begin(6, 0, body(1, following: 99)) else { return #expect(Bool(false)) }
  }

  @Test("a body that does not go on is noticed")
  func stall() {
    var assembly = BodyAssembly<Int>(limit: 100)
    var looks = [assembly.hasStalled(after: 1)]
    _ = assembly.begin(1, 1, body(1, following: 2))
    looks += [assembly.hasStalled(after: 1), assembly.hasStalled(after: 1)]
    _ = assembly.add(1, [1])
    looks.append(assembly.hasStalled(after: 1))
    #expect(looks == [false, false, true, false])
  }
}
