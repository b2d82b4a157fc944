import COpenSSL

/// Reads an `X509_NAME`.
enum DistinguishedName {
  /// The common name; nil when there is none, or several, or one that is not plain text.
  static func commonName(of name: OpaquePointer) -> String? {
    let index = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard index >= 0, X509_NAME_get_index_by_NID(name, NID_commonName, index) < 0,
      let entry = X509_NAME_get_entry(name, index), let data = X509_NAME_ENTRY_get_data(entry)
    else { return nil }
    var converted: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&converted, data)
    defer { CRYPTO_free(converted, nil, 0) }
    guard count > 0, let converted else { return nil }
    return plainText(UnsafeBufferPointer(start: converted, count: Int(count)))
  }

  /// The name as RFC 4514 writes it.
  static func text(of name: OpaquePointer) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free(bio) }
    guard X509_NAME_print_ex(bio, name, 0, COpenSSL_name_form) >= 0 else { return "" }
    let bytes = [UInt8](unsafeUninitializedCapacity: BIO_ctrl_pending(bio)) { buffer, count in
      count = max(0, Int(BIO_read(bio, buffer.baseAddress, Int32(clamping: buffer.count))))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text, unless it is no valid UTF-8 or has characters in it that show nothing or change what is shown.
  static func plainText(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { invisible.contains($0.properties.generalCategory) })
    else { return nil }
    return text
  }

  private static let invisible: Set<Unicode.GeneralCategory> = [
    .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
  ]
}
