/// Puts bodies together that arrive in chunks, within bounds. A value without I/O.
struct BodyAssembly<Head> {
  /// What became of a frame.
  enum Outcome {
    /// The message is whole.
    case complete(Head, LinkBody)
    case incomplete
    /// The body is larger than the limit, or would be with others; its chunks will be passed over.
    case tooLarge(Head)
    /// The other side breaks the protocol.
    case violation(String)
  }

  private struct Partial {
    /// Nil for a body whose chunks are passed over.
    var head: Head?
    var body: LinkBody
    /// Bytes still to come.
    var missing: UInt64
  }

  /// Of one body as it travels, in bytes.
  let limit: Int
  private var partials: [UInt64: Partial] = [:]
  /// Bytes that the bodies kept here will have.
  private var held = 0
  /// When something last arrived, by the number of looks at the clock.
  private var sinceProgress = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// A message begins.
  mutating func begin(_ call: UInt64, _ head: Head, _ body: LinkBody) -> Outcome {
    guard partials[call] == nil else { return .violation("a message began within another") }
    guard body.following > 0 else {
      return body.data.count <= limit ? .complete(head, body) : .tooLarge(head)
    }
    guard partials.count < 64 else { return .violation("too many messages began and did not end") }
    sinceProgress = 0
    let (size, overflow) = body.following.addingReportingOverflow(UInt64(body.data.count))
    guard !overflow, size <= UInt64(limit), held + Int(size) <= limit * OutboundFrames.largeAtOnce else {
      partials[call] = Partial(head: nil, body: LinkBody([]), missing: body.following)
      return .tooLarge(head)
    }
    held += Int(size)
    partials[call] = Partial(head: head, body: body, missing: body.following)
    return .incomplete
  }

  mutating func add(_ call: UInt64, _ data: [UInt8]) -> Outcome {
    guard let index = partials.index(forKey: call) else { return .violation("a chunk of no message") }
    guard !data.isEmpty, UInt64(data.count) <= partials.values[index].missing else {
      return .violation("a chunk of the wrong size")
    }
    sinceProgress = 0
    partials.values[index].missing -= UInt64(data.count)
    if partials.values[index].head != nil { partials.values[index].body.data += data }
    guard partials.values[index].missing == 0 else { return .incomplete }
    let partial = partials.remove(at: index).value
    guard let head = partial.head else { return .incomplete }
    held -= partial.body.data.count
    var body = partial.body
    body.following = 0
    return .complete(head, body)
  }

  /// The rest will not come.
  mutating func drop(_ call: UInt64) {
    guard let partial = partials.removeValue(forKey: call), partial.head != nil else { return }
    held -= partial.body.data.count + Int(partial.missing)
  }

  /// To be called now and then.
  /// - Returns: whether something has been incomplete over `looks` calls in which nothing arrived.
  mutating func hasStalled(after looks: Int) -> Bool {
    guard !partials.isEmpty else { return false }
    sinceProgress += 1
    return sinceProgress > looks
  }
}
