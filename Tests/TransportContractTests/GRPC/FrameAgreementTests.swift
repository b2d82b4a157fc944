#if GRPC
  import RXON
  import RXONLink
  import SwiftProtobuf
  import Testing

  @testable import RXONGRPC

  /// The link encodes its frames by itself; what is generated from link.proto must understand them, and the other way.
  @Suite("Frames as protobuf's own code reads and writes them")
  struct FrameAgreementTests {
    @Test("a call with a body and a poll")
    func call() throws {
      var poll = LinkPoll()
      poll.waitMilliseconds = 30_000
      poll.availableSkills = ["a", "ö"]
      poll.hotSkills = []
      poll.lease = "x1"
      var call = LinkCall(.poll)
      call.workerID = "w1"
      call.token = "t"
      call.poll = poll
      var body = LinkBody([0, 255], coding: .lz4)
      body.following = 1 << 40
      call.body = body
      let message = Rxon_Link_V1_Frame.with { frame in
        frame.call = 300
        frame.begin = .with { begin in
          begin.action = .poll
          begin.workerID = "w1"
          begin.token = "t"
          begin.body = .with { body in
            body.data = .init([0, 255])
            body.following = 1 << 40
            body.coding = .lz4
          }
          begin.poll = .with { poll in
            poll.waitMilliseconds = 30_000
            poll.available.names = ["a", "ö"]
            poll.hot = Rxon_Link_V1_Skills()
            poll.lease = "x1"
          }
        }
      }
      try agree(LinkFrame(call: 300, .begin(call)), message)
    }

    @Test("what a parent sends")
    func answers() throws {
      let welcome = LinkWelcome(features: "lease, lz4", calls: 256, polls: 4096, bodySize: 8 << 20, time: 1 << 33)
      try agree(
        LinkFrame(.welcome(welcome)),
        .with { frame in
          frame.welcome = .with { welcome in
            welcome.features = "lease, lz4"
            welcome.calls = 256
            welcome.polls = 4096
            welcome.body = 8 << 20
            welcome.time = 1 << 33
          }
        })
      var answer = LinkAnswer(status: 429, body: LinkBody([1]), time: 1_700_000_000)
      answer.retryAfterMilliseconds = 61_500
      try agree(
        LinkFrame(call: .max, .answer(answer)),
        .with { frame in
          frame.call = .max
          frame.answer = .with { answer in
            answer.status = 429
            answer.body.data = .init([1])
            answer.retryAfterMilliseconds = 61_500
            answer.time = 1_700_000_000
          }
        })
    }

    @Test("chunks, messages, receipts, and the end of a call")
    func others() throws {
      try agree(
        LinkFrame(call: 9, .cancel),
        .with {
          $0.call = 9; $0.cancel = Rxon_Link_V1_Cancel()
        })
      try agree(
        LinkFrame(call: 8, .chunk([1, 2, 3])),
        .with {
          $0.call = 8; $0.chunk.data = .init([1, 2, 3])
        })
      try agree(
        LinkFrame(call: 7, .message(LinkBody([4]))),
        .with {
          $0.call = 7; $0.message.body.data = .init([4])
        })
      try agree(
        LinkFrame(.receipts(LinkReceipts(workerID: "w", tasks: [TaskReceipt(jobID: "j", taskID: "t")]))),
        .with { frame in
          frame.receipts = .with { receipts in
            receipts.workerID = "w"
            receipts.tasks = [
              .with {
                $0.jobID = "j"; $0.taskID = "t"
              }
            ]
          }
        })
    }

    @Test("frames that travel together")
    func batch() throws {
      let frames = [LinkFrame(call: 9, .cancel), LinkFrame(call: 1, .chunk([1, 2, 3]))]
      var batch = FrameBatch()
      for frame in frames { batch.append(frame) }
      let message = try Rxon_Link_V1_Frames(serializedBytes: batch.bytes)
      #expect(try message.frames.map { try LinkFrame(decoding: $0.serializedBytes()) } == frames)
      var read: [LinkFrame] = []
      try FrameBatch.forEachFrame(of: message.serializedBytes()) { read.append($0) }
      #expect(read == frames)
    }

    @Test("the actions have the same numbers", arguments: LinkAction.allKnown)
    func actions(_ action: LinkAction) throws {
      let message = Rxon_Link_V1_Frame.with { $0.begin.action = Rxon_Link_V1_Action(rawValue: Int(action.rawValue))! }
      if case .UNRECOGNIZED = message.begin.action { Issue.record("link.proto has no action \(action)") }
      try agree(LinkFrame(.begin(LinkCall(action))), message)
    }

    private func agree(
      _ frame: LinkFrame, _ message: Rxon_Link_V1_Frame, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let read = try Rxon_Link_V1_Frame(serializedBytes: frame.encoded())
      #expect(read == message, sourceLocation: sourceLocation)
      let written: [UInt8] = try message.serializedBytes()
      #expect(try LinkFrame(decoding: written) == frame, sourceLocation: sourceLocation)
    }
  }

  extension LinkAction {
    fileprivate static var allKnown: [LinkAction] { (1...8).compactMap(LinkAction.init(rawValue:)) }
  }
#endif
