#if GRPC
  import RXONLink

  /// A link over one stream of gRPC, in frames of HTTP/2 (RFC 9113 §4.1).
  struct GRPCLinkExchanges: ExchangeReader {
    private var exchanges = LinkExchanges()
    private var up = HTTP2Messages(preface: 24)
    private var down = HTTP2Messages(preface: 0)

    mutating func takeUp(_ bytes: [UInt8], _ fault: Fault) -> Passage {
      var passage = Passage()
      for message in up.take(bytes) {
        passage.cuts =
          message.opensStream && fault.strikes(requestOf: .opening) || exchanges.takeUp(message.frames, fault)
        if passage.cuts { return passage }
        passage.bytes += message.bytes
      }
      return passage
    }

    mutating func takeDown(_ bytes: [UInt8], _ fault: Fault) -> Passage {
      var passage = Passage()
      for message in down.take(bytes) {
        switch exchanges.takeDown(message.frames, fault) {
        case nil: passage.bytes += message.bytes
        case .withinAnswer:
          return Passage(bytes: passage.bytes + message.bytes.prefix(message.bytes.count / 2), cuts: true)
        case .afterSending, .beforeSending: return Passage(bytes: passage.bytes, cuts: true)
        }
      }
      return passage
    }
  }

  /// Cuts one direction of an HTTP/2 connection at the ends of messages of gRPC.
  private struct HTTP2Messages {
    struct Message {
      var bytes: [UInt8] = []
      var frames: [LinkFrame] = []
      var opensStream = false
    }

    private static let headerSize = 9
    private static let dataType: UInt8 = 0
    private static let headersType: UInt8 = 1
    private static let paddedFlag: UInt8 = 0x8

    /// Bytes before the first frame that are none.
    private var preface: Int
    private var rest: [UInt8] = []
    private var message = Message()
    /// What came of messages that are not whole, by stream.
    private var partial: [UInt32: [UInt8]] = [:]

    init(preface: Int) {
      self.preface = preface
    }

    mutating func take(_ bytes: [UInt8]) -> [Message] {
      rest += bytes
      guard rest.count >= preface else { return [] }
      message.bytes += rest.prefix(preface)
      rest.removeFirst(preface)
      preface = 0
      var messages: [Message] = []
      while takeFrame() {
        guard partial.values.allSatisfy(\.isEmpty) else { continue }
        messages.append(message)
        message = Message()
      }
      return messages
    }

    private mutating func takeFrame() -> Bool {
      guard rest.count >= Self.headerSize else { return false }
      let size = Self.headerSize + rest[..<3].reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= size else { return false }
      let (type, flags) = (rest[3], rest[4])
      let stream = rest[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      if type == Self.dataType {
        var data = rest[Self.headerSize..<size]
        if flags & Self.paddedFlag != 0, let padding = data.popFirst() { data = data.dropLast(Int(padding)) }
        partial[stream, default: []] += data
        takeMessages(of: stream)
      }
      if type == Self.headersType { message.opensStream = true }
      message.bytes += rest[..<size]
      rest.removeFirst(size)
      return true
    }

    /// Each is preceded by a byte that says whether it is compressed, and four of its length.
    private mutating func takeMessages(of stream: UInt32) {
      while let data = partial[stream], data.count >= 5 {
        let size = 5 + data[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard data.count >= size else { return }
        try? FrameBatch.forEachFrame(of: Array(data[5..<size])) { message.frames.append($0) }
        partial[stream] = Array(data[size...])
      }
    }
  }
#endif
