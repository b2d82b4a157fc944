import COpenSSL

extension CredentialFile {
  /// All certificates, in the order of the file.
  func certificates() throws(TLSConfigurationError) -> [OpenSSLObject] {
    try objects(
      named: "certificate", header: "CERTIFICATE", read: { PEM_read_bio_X509_AUX($0, nil, refusePassphrase, nil) },
      release: { X509_free($0) })
  }

  /// All certificate revocation lists, in the order of the file.
  func revocationLists() throws(TLSConfigurationError) -> [OpenSSLObject] {
    try objects(
      named: "revocation list", header: "X509 CRL",
      read: { PEM_read_bio_X509_CRL($0, nil, refusePassphrase, nil) }, release: { X509_CRL_free($0) })
  }

  private func objects(
    named name: String, header: String, read: (OpaquePointer) -> OpaquePointer?,
    release: @escaping @Sendable (OpaquePointer) -> Void
  ) throws(TLSConfigurationError) -> [OpenSSLObject] {
    let (objects, faults) = try withReader { bio in
      var objects: [OpenSSLObject] = []
      while let object = read(bio) {
        objects.append(OpenSSLObject(owning: object, release: release))
      }
      return (objects, OpenSSLErrors.take())
    }
    let isAtEnd = faults.contains { $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE }
    guard isAtEnd else {
      let reason = faults.first?.text ?? "no reason given"
      throw invalid("its \(name) no. \(objects.count + 1) is damaged (\(reason)); copy the file anew")
    }
    guard !objects.isEmpty else {
      throw invalid("it has no \(name) in PEM form ('-----BEGIN \(header)-----'); name another file or convert it")
    }
    return objects
  }

  func invalid(_ reason: String) -> TLSConfigurationError {
    TLSConfigurationError(.invalidContent, file: path, "\(purpose.name) '\(path)': \(reason)")
  }
}

/// Answers OpenSSL's question for a passphrase; without it OpenSSL would ask at the terminal.
func refusePassphrase(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  -1
}
