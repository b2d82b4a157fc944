import Testing

@testable import RXONTLS

@Suite("A TLS identity")
struct TLSIdentityTests {
  @Test("never prints its passphrase, nor what a URI's query may hold")
  func redaction() {
    let identity = TLSIdentity(
      certificate: "node.pem", key: "pkcs11:token=t;object=k?pin-value=4711", passphrase: "correct horse")
    var dumped = ""
    dump(identity, to: &dumped)
    for text in ["\(identity)", String(reflecting: identity), dumped] {
      #expect(!text.contains("correct horse"))
      #expect(!text.contains("4711"))
      #expect(text.contains("node.pem"))
    }
  }
}
