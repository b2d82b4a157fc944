import NIOCore

/// Plaintext that waits for its encryption, with the promises of those who wrote it.
struct PendingWrites {
  /// The most that one record takes (RFC 8446, section 5.1).
  private static let largestRecord = 16 << 10

  /// A record is read when all of it is there, so that on a slow link what stands at its front waits for its end.
  private static let promptRecord = 4 << 10

  /// Bytes that wait, above which few records are worth more than prompt ones.
  private static let bulk = 32 << 10

  /// How many bytes of records are made at a time before they are handed on.
  private static let batchSize = 4 * largestRecord

  private struct Write {
    var data: ByteBuffer
    let promise: EventLoopPromise<Void>?
  }

  private var writes = CircularBuffer<Write>()
  private var flushedCount = 0

  /// Bytes of all writes, flushed or not.
  private(set) var byteCount = 0

  var hasFlushed: Bool { flushedCount > 0 }

  private var recordSize: Int { byteCount > Self.bulk ? Self.largestRecord : Self.promptRecord }

  mutating func append(_ data: ByteBuffer, promise: EventLoopPromise<Void>?) {
    byteCount += data.readableBytes
    writes.append(Write(data: data, promise: promise))
  }

  mutating func flush() {
    flushedCount = writes.count
  }

  /// Encrypts flushed writes, small ones together.
  /// - Returns: the promises of those that were encrypted to their end, to be kept when the records are written.
  mutating func encryptBatch(on connection: TLSConnection) throws(TLSError) -> [EventLoopPromise<Void>] {
    var promises: [EventLoopPromise<Void>] = []
    let expected = min(byteCount, Self.batchSize)
    connection.toSend.reserveCapacity(minimumWritableBytes: expected + (expected / Self.promptRecord + 1) * 64)
    while hasFlushed, connection.toSend.readableBytes < Self.batchSize {
      let isAlone = flushedCount == 1 || (writes.first?.data.readableBytes ?? 0) >= recordSize
      let failure =
        isAlone ? encryptFirst(on: connection, &promises) : encryptTogether(on: connection, &promises)
      if let failure {
        promises.forEach { $0.fail(failure) }
        throw failure
      }
    }
    return promises
  }

  private mutating func encryptFirst(
    on connection: TLSConnection, _ promises: inout [EventLoopPromise<Void>]
  ) -> TLSError? {
    guard let data = writes.first?.data else { return nil }
    let count = min(data.readableBytes, recordSize)
    let failure = data.withUnsafeReadableBytes { connection.encrypt(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    consumeFirst(count, &promises)
    return failure
  }

  private mutating func encryptTogether(
    on connection: TLSConnection, _ promises: inout [EventLoopPromise<Void>]
  ) -> TLSError? {
    withUnsafeTemporaryAllocation(byteCount: recordSize, alignment: 16) { record in
      var filled = 0
      while hasFlushed, filled < record.count, let data = writes.first?.data {
        let count = min(data.readableBytes, record.count - filled)
        data.withUnsafeReadableBytes {
          UnsafeMutableRawBufferPointer(rebasing: record[filled...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        filled += count
        consumeFirst(count, &promises)
      }
      return connection.encrypt(UnsafeRawBufferPointer(rebasing: record[..<filled]))
    }
  }

  private mutating func consumeFirst(_ count: Int, _ promises: inout [EventLoopPromise<Void>]) {
    byteCount -= count
    guard let first = writes.first else { return }
    guard count == first.data.readableBytes else {
      writes[writes.startIndex].data.moveReaderIndex(forwardBy: count)
      return
    }
    if let promise = first.promise { promises.append(promise) }
    writes.removeFirst()
    flushedCount -= 1
  }

  /// Drops everything.
  mutating func fail(_ error: any Error) {
    let dropped = writes
    writes = CircularBuffer()
    flushedCount = 0
    byteCount = 0
    for write in dropped { write.promise?.fail(error) }
  }
}

extension [EventLoopPromise<Void>] {
  /// One promise that keeps all of them.
  func joined() -> EventLoopPromise<Void>? {
    guard let first else { return nil }
    for other in dropFirst() { first.futureResult.cascade(to: other) }
    return first
  }
}
