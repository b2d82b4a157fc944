import COpenSSL

/// Finds out what OpenSSL's errors mean.
struct TLSFailure {
  private let side: SSLContext.Side
  private let objection: Objection?
  private let expected: ServerName?
  private let isPinned: Bool
  private let fault: OpenSSLFault?

  /// - Parameter faults: OpenSSL's error queue, the first error first.
  init(of connection: TLSConnection, faults: [OpenSSLFault]) {
    side = connection.context.side
    objection = connection.objection
    expected = connection.serverName
    isPinned = connection.context.pinnedAuthority != nil
    fault = faults.first { $0.library == ERR_LIB_SSL } ?? faults.first
  }

  var error: TLSError {
    guard let fault else { return TLSError(.internal, "OpenSSL failed without a reason") }
    guard fault.library == ERR_LIB_SSL else { return TLSError(.protocolViolation, "broken TLS: \(fault.text)") }
    if let alert = alert(fault) { return refusal(alert) }
    switch fault.reason {
    case SSL_R_CERTIFICATE_VERIFY_FAILED: return rejection
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return TLSError(.certificateMissing, "the client shows no certificate, and one is required; give it one")
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_RECORD_TOO_SMALL:
      return TLSError(.notTLS, "\(peer) does not speak TLS (\(fault.text)); check scheme and port")
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_NO_PROTOCOLS_AVAILABLE,
      SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
      return TLSError(
        .versionMismatch, "\(peer) speaks no version of TLS that is allowed here; update it, or lower the minimum here")
    case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SUITABLE_GROUPS:
      return TLSError(.handshakeFailed, "\(peer) has no cipher or key type in common with this side (\(fault.text))")
    default:
      return TLSError(.protocolViolation, "broken TLS from \(peer): \(fault.text)")
    }
  }

  private var peer: String { side == .server ? "the client" : "the server" }

  /// OpenSSL numbers the alerts it receives from 1000.
  private func alert(_ fault: OpenSSLFault) -> TLSAlert? {
    UInt8(exactly: fault.reason - Int32(SSL_AD_REASON_OFFSET)).map { TLSAlert(code: $0) }
  }

  private func refusal(_ alert: TLSAlert) -> TLSError {
    if alert.code == UInt8(SSL_AD_PROTOCOL_VERSION) {
      return TLSError(.versionMismatch, "\(peer) speaks none of the versions of TLS that are allowed here; update it")
    }
    return TLSError(.peerRefused(alert), "\(peer) refuses the connection: \(alert)\(hint(alert))")
  }

  private func hint(_ alert: TLSAlert) -> String {
    switch Int32(alert.code) {
    case SSL_AD_CERTIFICATE_REQUIRED: "; configure a certificate that \(peer) accepts"
    case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
      SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN:
      "; it does not accept this side's certificate"
    case SSL_AD_UNKNOWN_CA: "; it does not know the authority of this side's certificate"
    case SSL_AD_HANDSHAKE_FAILURE where side == .client: "; it may want a certificate"
    default: ""
    }
  }

  // MARK: - Certificates

  private var rejection: TLSError {
    let code = objection?.code ?? X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    let reason = CertificateRejection(code: code)
    let isAuthority = objection.map { $0.depth > 0 } ?? false
    let subject = objection?.certificate.map { " (\(Self.shortened($0.subject)))" } ?? ""
    return TLSError(
      .certificateRejected(reason),
      "\(peer)'s \(isAuthority ? "authority" : "certificate")\(subject) is not accepted: \(explanation(reason, code))")
  }

  private func explanation(_ reason: CertificateRejection, _ code: Int32) -> String {
    switch reason {
    case .expired: "it has expired; renew it, or correct this machine's clock"
    case .notYetValid: "it is not valid yet; correct the clocks, or wait"
    case .selfSigned: "it is signed by itself; name it as trusted, or have it issued by an authority that is"
    case .unknownAuthority where isPinned: "its chain holds no authority with the expected fingerprint; do not go on"
    case .unknownAuthority:
      "nobody who is trusted here has issued it; name its authority as trusted, and have the whole chain sent"
    case .revoked: "it is revoked; have another issued"
    case .revocationUnknown:
      "the revocation list has no current entry of its issuer (\(Self.text(of: code))); fetch the list anew"
    case .wrongHost:
      "it is not for '\(expected.map { "\($0)" } ?? "?")' but for \(names); have one issued with that name"
    case .wrongPurpose: "it is not made for this use (\(Self.text(of: code))); have one issued that is"
    case .tooWeak: "its key or digest is too weak for this system's policy (\(Self.text(of: code)))"
    case .malformed: "\(Self.text(of: code)); have it issued anew"
    }
  }

  private var names: String {
    guard let certificate = objection?.certificate else { return "others" }
    let names = certificate.dnsNames + certificate.ipAddresses
    guard !names.isEmpty else { return "nobody by subjectAltName (its common name does not count, RFC 9525)" }
    return Self.shortened(names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : ""))
  }

  private static func shortened(_ text: String) -> String {
    text.count > 200 ? text.prefix(200) + "…" : text
  }

  private static func text(of code: Int32) -> String {
    X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
  }
}

extension CertificateRejection {
  /// - Parameter code: one of `X509_V_ERR_…`.
  fileprivate init(code: Int32) {
    self =
      switch code {
      case X509_V_ERR_CERT_HAS_EXPIRED: .expired
      case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: .selfSigned
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
        X509_V_ERR_CERT_UNTRUSTED, X509_V_ERR_CERT_REJECTED, X509_V_ERR_CERT_SIGNATURE_FAILURE,
        X509_V_ERR_CERT_CHAIN_TOO_LONG:
        .unknownAuthority
      case X509_V_ERR_CERT_REVOKED: .revoked
      case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, X509_V_ERR_CRL_HAS_EXPIRED,
        X509_V_ERR_CRL_NOT_YET_VALID, X509_V_ERR_CRL_SIGNATURE_FAILURE, X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE,
        X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD,
        X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, X509_V_ERR_DIFFERENT_CRL_SCOPE, X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION,
        X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
        .revocationUnknown
      case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .wrongHost
      case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_NON_CA,
        X509_V_ERR_KEYUSAGE_NO_CERTSIGN, X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, X509_V_ERR_PATH_LENGTH_EXCEEDED:
        .wrongPurpose
      case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK: .tooWeak
      default: .malformed
      }
  }
}
