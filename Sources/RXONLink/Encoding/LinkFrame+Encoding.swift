import RXON

extension LinkFrame {
  /// The frame as a message `Frame` of `link.proto`.
  package func encoded() -> [UInt8] {
    var writer = WireFormatWriter(capacity: approximateSize)
    writer.varint(1, call)
    switch content {
    case .welcome(let welcome): writer.message(2) { welcome.write(into: &$0) }
    case .begin(let call): writer.message(3, capacity: approximateSize) { call.write(into: &$0) }
    case .answer(let answer): writer.message(4, capacity: approximateSize) { answer.write(into: &$0) }
    case .chunk(let data): writer.message(5, capacity: approximateSize) { $0.data(1, data) }
    case .cancel: writer.message(6, capacity: 0) { _ in }
    case .message(let body):
      writer.message(7, capacity: approximateSize) { message in
        message.message(1, capacity: body.data.count + 16) { body.write(into: &$0) }
      }
    case .receipts(let receipts): writer.message(8) { receipts.write(into: &$0) }
    }
    return writer.bytes
  }

  private var approximateSize: Int {
    switch content {
    case .begin(let call): 128 + (call.body?.data.count ?? 0)
    case .answer(let answer): 48 + (answer.body?.data.count ?? 0)
    case .chunk(let data): 24 + data.count
    case .message(let body): 32 + body.data.count
    case .welcome, .cancel, .receipts: 64
    }
  }
}

extension LinkWelcome {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.string(1, features)
    writer.varint(2, UInt64(calls))
    writer.varint(3, UInt64(polls))
    writer.varint(4, bodySize)
    writer.varint(5, time)
  }
}

extension LinkCall {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.varint(1, UInt64(action.rawValue))
    writer.string(2, workerID)
    writer.string(3, token)
    if let body { writer.message(4, capacity: body.data.count + 16) { body.write(into: &$0) } }
    if let poll { writer.message(5) { poll.write(into: &$0) } }
  }
}

extension LinkPoll {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.varint(1, UInt64(waitMilliseconds))
    writer.varint(2, hasSameSkills)
    for (field, names) in [(3, availableSkills), (4, hotSkills)] as [(UInt64, [String]?)] {
      guard let names else { continue }
      writer.message(field) { list in
        for name in names { list.element(1, name) }
      }
    }
    writer.string(5, lease)
  }
}

extension LinkAnswer {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.varint(1, UInt64(status))
    if let body { writer.message(2, capacity: body.data.count + 16) { body.write(into: &$0) } }
    writer.varint(3, retryAfterMilliseconds)
    writer.varint(4, time)
  }
}

extension LinkBody {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.data(1, data)
    writer.varint(2, following)
    writer.varint(3, UInt64(coding.rawValue))
  }
}

extension LinkReceipts {
  fileprivate func write(into writer: inout WireFormatWriter) {
    writer.string(1, workerID)
    writer.string(2, token)
    for task in tasks {
      writer.message(3) { receipt in
        receipt.string(1, task.jobID)
        receipt.string(2, task.taskID)
      }
    }
  }
}
