import RXON

/// A message that is no frame of `link.proto`.
package struct LinkFrameError: Error, Hashable {
  package init() {}
}

extension LinkFrame {
  /// Reads a message `Frame`. Fields that are not known are passed over; of a field that comes twice the last counts.
  package init(decoding bytes: [UInt8]) throws(LinkFrameError) {
    do throws(WireFormatReader.Failure) {
      self = try LinkFrame(reading: bytes[...])
    } catch {
      throw LinkFrameError()
    }
  }

  init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    var call: UInt64 = 0
    var content: Content?
    while let (field, value) = try reader.next() {
      switch field {
      case 1: call = try value.number()
      case 2: content = .welcome(try LinkWelcome(reading: try value.bytes()))
      case 3: content = .begin(try LinkCall(reading: try value.bytes()))
      case 4: content = .answer(try LinkAnswer(reading: try value.bytes()))
      case 5: content = .chunk(try Self.readChunk(try value.bytes()))
      case 6: content = .cancel
      case 7: content = .message(try Self.readMessage(try value.bytes()))
      case 8: content = .receipts(try LinkReceipts(reading: try value.bytes()))
      default: break
      }
    }
    guard let content else { throw .malformed }
    self.init(call: call, content)
  }

  private static func readChunk(_ bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) -> [UInt8] {
    var reader = WireFormatReader(bytes)
    var data: ArraySlice<UInt8> = []
    while let (field, value) = try reader.next() {
      if field == 1 { data = try value.bytes() }
    }
    return Array(data)
  }

  private static func readMessage(_ bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) -> LinkBody {
    var reader = WireFormatReader(bytes)
    var body = LinkBody([])
    while let (field, value) = try reader.next() {
      if field == 1 { body = try LinkBody(reading: try value.bytes()) }
    }
    return body
  }
}

extension LinkWelcome {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    self.init(features: "", calls: 0, polls: 0, bodySize: 0, time: 0)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: features = try value.string()
      case 2: calls = try value.number32()
      case 3: polls = try value.number32()
      case 4: bodySize = try value.number()
      case 5: time = try value.number()
      default: break
      }
    }
  }
}

extension LinkCall {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    var action: LinkAction?
    var call = LinkCall(.heartbeat)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: action = LinkAction(rawValue: try value.number32())
      case 2: call.workerID = try value.string()
      case 3: call.token = try value.string()
      case 4: call.body = try LinkBody(reading: try value.bytes())
      case 5: call.poll = try LinkPoll(reading: try value.bytes())
      default: break
      }
    }
    guard let action else { throw .malformed }
    call.action = action
    self = call
  }
}

extension LinkPoll {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    self.init()
    while let (field, value) = try reader.next() {
      switch field {
      case 1: waitMilliseconds = try value.number32()
      case 2: hasSameSkills = try value.number() != 0
      case 3: availableSkills = try Self.names(try value.bytes())
      case 4: hotSkills = try Self.names(try value.bytes())
      case 5: lease = try value.string()
      default: break
      }
    }
  }

  private static func names(_ bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) -> [String] {
    var reader = WireFormatReader(bytes)
    var names: [String] = []
    while let (field, value) = try reader.next() {
      if field == 1 { names.append(try value.string()) }
    }
    return names
  }
}

extension LinkAnswer {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    self.init(status: 0, time: 0)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: status = try value.number32()
      case 2: body = try LinkBody(reading: try value.bytes())
      case 3: retryAfterMilliseconds = try value.number()
      case 4: time = try value.number()
      default: break
      }
    }
  }
}

extension LinkBody {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    self.init([])
    while let (field, value) = try reader.next() {
      switch field {
      case 1: data = Array(try value.bytes())
      case 2: following = try value.number()
      case 3:
        guard let known = Coding(rawValue: try value.number32()) else { throw .malformed }
        coding = known
      default: break
      }
    }
  }
}

extension LinkReceipts {
  fileprivate init(reading bytes: ArraySlice<UInt8>) throws(WireFormatReader.Failure) {
    var reader = WireFormatReader(bytes)
    self.init(tasks: [])
    while let (field, value) = try reader.next() {
      switch field {
      case 1: workerID = try value.string()
      case 2: token = try value.string()
      case 3: tasks.append(try Self.receipt(try value.bytes()))
      default: break
      }
    }
  }

  private static func receipt(
    _ bytes: ArraySlice<UInt8>
  ) throws(WireFormatReader.Failure) -> TaskReceipt {
    var reader = WireFormatReader(bytes)
    var receipt = TaskReceipt(jobID: "", taskID: "")
    while let (field, value) = try reader.next() {
      switch field {
      case 1: receipt.jobID = try value.string()
      case 2: receipt.taskID = try value.string()
      default: break
      }
    }
    return receipt
  }
}
