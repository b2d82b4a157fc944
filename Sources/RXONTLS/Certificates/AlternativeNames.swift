import COpenSSL
import Glibc

/// The names in a certificate's `subjectAltName` (RFC 5280, section 4.2.1.6).
struct AlternativeNames {
  private(set) var dns: [String] = []
  private(set) var uris: [String] = []
  private(set) var addresses: [String] = []

  /// Without names when the certificate has no such extension, a damaged one, or two.
  init(of certificate: OpaquePointer) {
    guard let extensionValue = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return }
    let names = OpaquePointer(extensionValue)
    defer { GENERAL_NAMES_free(names) }
    for index in 0..<max(0, OPENSSL_sk_num(names)) {
      guard let name = OPENSSL_sk_value(names, index) else { continue }
      add(name.assumingMemoryBound(to: GENERAL_NAME.self))
    }
  }

  private mutating func add(_ name: UnsafePointer<GENERAL_NAME>) {
    var type: Int32 = -1
    guard let value = GENERAL_NAME_get0_value(name, &type), [GEN_DNS, GEN_URI, GEN_IPADD].contains(type) else { return }
    let string = UnsafePointer(value.assumingMemoryBound(to: ASN1_STRING.self))
    let count = ASN1_STRING_length(string)
    guard count > 0, let data = ASN1_STRING_get0_data(string) else { return }
    let bytes = UnsafeBufferPointer(start: data, count: Int(count))
    switch type {
    case GEN_DNS: Self.visibleASCII(bytes).map { dns.append($0) }
    case GEN_URI: Self.visibleASCII(bytes).map { uris.append($0) }
    default: Self.address(bytes).map { addresses.append($0) }
    }
  }

  /// What an `IA5String` of a name may hold.
  private static func visibleASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let family: Int32
    switch bytes.count {
    case 4: family = AF_INET
    case 16: family = AF_INET6
    default: return nil
    }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      inet_ntop(family, bytes.baseAddress, text.baseAddress, socklen_t(text.count)).map { String(cString: $0) }
    }
  }
}
