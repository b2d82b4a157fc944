/// Why a node could not start: one line that says what is wrong, where, and what to do.
public struct StartFailure: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// The configuration asks for something that cannot be.
    case configuration
    /// The machine does not give what the node needs: a port, a file, a disk.
    case environment
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}
