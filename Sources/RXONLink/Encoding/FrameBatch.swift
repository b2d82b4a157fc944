/// Frames that travel together in one message of what carries the link: a `Frames` (link.proto). What is sent in one go
/// costs one message, however many calls it is of.
package struct FrameBatch: Sendable {
  package typealias Written = @Sendable (_ isWritten: Bool) -> Void

  /// In bytes, unless one frame alone has more. A batch is read when all of it is there, so that on a slow link its first
  /// frame waits for its last.
  private static let size = 2 << 10
  /// Of the frames in a `Frames`.
  private static let field: UInt64 = 1

  package private(set) var bytes: [UInt8] = []
  private var written: [Written] = []

  package init() {}

  package var isEmpty: Bool { bytes.isEmpty }
  package var isFull: Bool { bytes.count >= Self.size }
  /// Whether somebody wants to be told.
  package var isAwaited: Bool { !written.isEmpty }

  /// Whether a frame travels with those that are here.
  package func hasRoom(for encoded: [UInt8]) -> Bool {
    isEmpty || bytes.count + encoded.count <= Self.size
  }

  package mutating func append(_ frame: LinkFrame) {
    append(encoded: frame.encoded())
  }

  /// - Parameters:
  ///   - encoded: a frame, as it travels.
  ///   - written: told once whether the batch was written.
  package mutating func append(encoded: [UInt8], written: Written? = nil) {
    WireFormat.append(Self.field << 3 | WireFormat.Kind.lengthDelimited.rawValue, to: &bytes)
    WireFormat.append(UInt64(encoded.count), to: &bytes)
    bytes += encoded
    if let written { self.written.append(written) }
  }

  /// Begins a new one, since who is told may write again at once.
  package mutating func take() -> FrameBatch {
    defer { self = FrameBatch() }
    return self
  }

  package func tell(_ isWritten: Bool) {
    for told in written { told(isWritten) }
  }

  /// Hands out the frames of a message one by one, since a small one could hold very many.
  /// - Throws: when it comes to what is no frame.
  package static func forEachFrame(
    of message: [UInt8], _ body: (LinkFrame) -> Void
  ) throws(LinkFrameError) {
    var reader = WireFormatReader(message[...])
    do throws(WireFormatReader.Failure) {
      while let (field, value) = try reader.next() {
        if field == Self.field { body(try LinkFrame(reading: try value.bytes())) }
      }
    } catch {
      throw LinkFrameError()
    }
  }
}
