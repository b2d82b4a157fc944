/// A connection that TLS ended or could not begin.
public struct TLSError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// The two sides did not come together, for none of the reasons below.
    case handshakeFailed
    /// The handshake took too long.
    case timedOut
    /// The peer sent something else than TLS.
    case notTLS
    /// The two sides have no version in common.
    case versionMismatch
    /// The peer's certificate is not accepted.
    case certificateRejected(CertificateRejection)
    /// The peer showed no certificate though one is required.
    case certificateMissing
    /// The peer gave up.
    case peerRefused(TLSAlert)
    /// The connection ended without the peer's word that it had sent everything (`close_notify`): what was received
    /// may be incomplete.
    case truncated
    /// A record that is damaged, forged, or out of place.
    case protocolViolation
    /// More was written before the end of the handshake than is kept.
    case tooMuchWritten
    /// OpenSSL failed.
    case `internal`
  }

  public let kind: Kind

  /// What happened, and what to do where something can be done. For people; may quote the peer's certificate, with
  /// control characters escaped.
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}

extension TLSError {
  /// One of a bounded set of words, for metrics.
  public var label: String {
    switch kind {
    case .handshakeFailed: "handshake_failed"
    case .timedOut: "timed_out"
    case .notTLS: "not_tls"
    case .versionMismatch: "version_mismatch"
    case .certificateRejected: "certificate_rejected"
    case .certificateMissing: "certificate_missing"
    case .peerRefused: "peer_refused"
    case .truncated: "truncated"
    case .protocolViolation: "protocol_violation"
    case .tooMuchWritten: "too_much_written"
    case .internal: "internal"
    }
  }
}
