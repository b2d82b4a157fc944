import NIOCore
import RXON

/// Who opens a link, and what it has.
package struct LinkOpening: Sendable, Hashable {
  package var workerID: String
  package var token: String
  package var features: HolonFeatures

  package init(workerID: String, token: String, features: HolonFeatures) {
    self.workerID = workerID
    self.token = token
    self.features = features
  }

  /// The headers that say it, by the names of ``RXONProtocol/Header``.
  package var headers: [(String, String)] {
    [
      (RXONProtocol.Header.workerToken, token),
      (RXONProtocol.Header.workerID, workerID),
      (RXONProtocol.Header.version, RXONProtocol.version),
      (RXONProtocol.Header.holon, "1"),
      (RXONProtocol.Header.features, features.header),
    ]
  }
}

/// Opens the pipes of links to one parent.
package protocol LinkOpener: Sendable {
  /// What a link is encrypted with that is opened now: another object after certificates were exchanged. Nil where there
  /// is no such thing.
  var encryption: (any AnyObject & Sendable)? { get }

  /// - Parameter accept: called on `eventLoop` when the pipe is open, before anything arrives on it; nil closes it again.
  /// - Returns: succeeds when it was accepted; fails with a ``TransportError``, of kind `notFound` with its status where
  ///   the parent has no links.
  func open(
    _ opening: LinkOpening, on eventLoop: any EventLoop,
    accept: @escaping @Sendable (any LinkPipe) -> (any LinkEnd)?
  ) -> EventLoopFuture<Void>
}
