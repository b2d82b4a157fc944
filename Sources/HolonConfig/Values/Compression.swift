/// How bodies travel to and from a Holon that agrees.
public enum Compression: String, Sendable, Hashable, CaseIterable {
  /// Those of more than 1 KiB as LZ4 frames, where that pays.
  case lz4
  case off
}
