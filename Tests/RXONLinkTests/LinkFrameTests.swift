import RXON
import Testing

@testable import RXONLink

@Suite("Frames of a link")
struct LinkFrameTests {
  static let frames: [LinkFrame] = [
    LinkFrame(.welcome(LinkWelcome(features: "lease, lz4", calls: 256, polls: 4096, bodySize: 8 << 20, time: 1 << 33))),
    LinkFrame(call: 1, .begin(call(.register, body: LinkBody(Array("{}".utf8))))),
    LinkFrame(call: 300, .begin(pollCall(available: ["a", ""], hot: []))),
    LinkFrame(call: 301, .begin(pollCall(available: nil, hot: nil))),
    LinkFrame(call: 302, .begin(call(.commands, workerID: "w-ö", token: "t"))),
    LinkFrame(call: .max, .answer(answer(204))),
    LinkFrame(call: 7, .answer(answer(429, body: LinkBody([0, 255], coding: .lz4), retryAfter: 61_500))),
    LinkFrame(call: 8, .chunk(Array(0...255))),
    LinkFrame(call: 9, .cancel),
    LinkFrame(call: 10, .message(LinkBody([1]))),
    LinkFrame(
      .receipts(LinkReceipts(workerID: "w", tasks: [TaskReceipt(jobID: "j", taskID: "t")]))),
  ]

  private static func call(
    _ action: LinkAction, workerID: String = "", token: String = "", body: LinkBody? = nil
  ) -> LinkCall {
    var call = LinkCall(action)
    call.workerID = workerID
    call.token = token
    call.body = body
    return call
  }

  private static func pollCall(available: [String]?, hot: [String]?) -> LinkCall {
    var call = LinkCall(.poll)
    var poll = LinkPoll()
    poll.waitMilliseconds = 30_000
    poll.hasSameSkills = available == nil
    poll.availableSkills = available
    poll.hotSkills = hot
    poll.lease = "x1"
    call.poll = poll
    return call
  }

  private static func answer(_ status: UInt32, body: LinkBody? = nil, retryAfter: UInt64 = 0) -> LinkAnswer {
    var answer = LinkAnswer(status: status, body: body, time: 1_700_000_000)
    answer.retryAfterMilliseconds = retryAfter
    return answer
  }

  @Test("what is written reads back as itself", arguments: frames)
  func roundTrip(frame: LinkFrame) throws {
    #expect(try LinkFrame(decoding: frame.encoded()) == frame)
  }

  /// What `protoc --encode rxon.link.v1.Frame` makes of the same messages.
  @Test("the form is protobuf's")
  func wireFormat() throws {
    #expect(LinkFrame(call: 9, .cancel).encoded() == [0x08, 9, 0x32, 0])
    #expect(LinkFrame(call: 300, .chunk([1, 2])).encoded() == [0x08, 0xac, 0x02, 0x2a, 4, 0x0a, 2, 1, 2])
    var poll = LinkPoll()
    poll.hotSkills = []
    var call = LinkCall(.poll)
    call.poll = poll
    #expect(LinkFrame(call: 1, .begin(call)).encoded() == [0x08, 1, 0x1a, 6, 0x08, 2, 0x2a, 2, 0x22, 0])
  }

  @Test("fields that are not known are passed over")
  func unknownFields() throws {
    // Field 15 as a number, as bytes, and of eight and four bytes.
    let unknown: [UInt8] = [0x78, 1, 0x7a, 2, 9, 9, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7d, 1, 2, 3, 4]
    #expect(try LinkFrame(decoding: unknown + LinkFrame(call: 9, .cancel).encoded()) == LinkFrame(call: 9, .cancel))
  }

  @Test("no beginning of a frame, and no frame with a changed byte, does harm", arguments: frames)
  func damage(frame: LinkFrame) {
    let bytes = frame.encoded()
    for count in 0..<bytes.count { _ = try? LinkFrame(decoding: Array(bytes.prefix(count))) }
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        _ = try? LinkFrame(decoding: damaged)
      }
    }
  }

  @Test(
    "what is no frame is refused",
    arguments: [
      [], [0x08], [0x08, 1], [0x32, 5, 0], [0x1a, 0], [0x1a, 2, 0x08, 99], [0x07], [0x00, 0],
      [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x1a, 5, 0x08, 1, 0x12, 1, 0xff],
      [0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) {
    #expect(throws: LinkFrameError.self) { try LinkFrame(decoding: bytes) }
  }
}
