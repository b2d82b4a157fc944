import Synchronization

/// Counts what compression saves, of the bodies that are large enough for it and go to or come from a peer that
/// understands it. Thread-safe.
public final class CompressionStatistics: Sendable {
  /// Of one direction, since the start.
  public struct Counts: Sendable, Hashable {
    /// Bytes of the bodies as they are read and written, before compression and after decompression.
    public var plainBytes = 0
    /// Bytes that stand for them on the wire.
    public var wireBytes = 0
    /// How many bodies travelled as frames.
    public var compressed = 0
    /// How many did not, since it would not have paid; nobody counts those that arrive so.
    public var skipped = 0

    public init() {}

    /// How many bytes one byte on the wire stands for; 1 before the first body.
    public var ratio: Double { wireBytes == 0 ? 1 : Double(plainBytes) / Double(wireBytes) }
  }

  private struct Direction: ~Copyable {
    let plainBytes = Atomic<Int>(0)
    let wireBytes = Atomic<Int>(0)
    let compressed = Atomic<Int>(0)
    let skipped = Atomic<Int>(0)

    var counts: Counts {
      var counts = Counts()
      counts.plainBytes = plainBytes.load(ordering: .relaxed)
      counts.wireBytes = wireBytes.load(ordering: .relaxed)
      counts.compressed = compressed.load(ordering: .relaxed)
      counts.skipped = skipped.load(ordering: .relaxed)
      return counts
    }

    func add(plain: Int, wire: Int, isCompressed: Bool) {
      plainBytes.wrappingAdd(plain, ordering: .relaxed)
      wireBytes.wrappingAdd(wire, ordering: .relaxed)
      if isCompressed {
        compressed.wrappingAdd(1, ordering: .relaxed)
      } else {
        skipped.wrappingAdd(1, ordering: .relaxed)
      }
    }
  }

  private let outgoing = Direction()
  private let incoming = Direction()

  public init() {}

  public var sent: Counts { outgoing.counts }
  public var received: Counts { incoming.counts }

  func sentCompressed(_ plain: Int, as wire: Int) {
    outgoing.add(plain: plain, wire: wire, isCompressed: true)
  }

  func sentPlain(_ bytes: Int) {
    outgoing.add(plain: bytes, wire: bytes, isCompressed: false)
  }

  func receivedCompressed(_ plain: Int, as wire: Int) {
    incoming.add(plain: plain, wire: wire, isCompressed: true)
  }
}
