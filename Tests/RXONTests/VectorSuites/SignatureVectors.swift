import RXON
import RXONSignatures
import Testing

@Suite("Vectors: signatures and hashes")
struct SignatureVectors {
  @Test("every payload has the reference's HMAC", arguments: try VectorFile.cases("signing"))
  func hmac(_ vector: VectorCase) throws {
    let payload = try vector.json("payload")
    let ignored = vector.strings("ignore_fields")
    let secret = HMACSecret(try vector.text("secret"))
    guard vector.value["error"] == nil else {
      #expect(throws: SignatureError.self) { try PayloadSignature.sign(payload, with: secret, ignoring: ignored) }
      return
    }
    let signature = try PayloadSignature.sign(payload, with: secret, ignoring: ignored)
    #expect(signature == (try vector.text("hmac_sha256")))
    #expect(throws: Never.self) {
      try PayloadSignature.verify(signature, of: payload, with: secret, ignoring: ignored)
    }
  }

  @Test("every payload has the reference's Ed25519 signature", arguments: try VectorFile.cases("ed25519"))
  func ed25519(_ vector: VectorCase) throws {
    let keys = try Ed25519Keys()
    let payload = try vector.json("payload")
    let ignored = vector.strings("ignore_fields")
    guard vector.value["error"] == nil else {
      #expect(throws: SignatureError.self) { try PayloadSignature.sign(payload, with: keys.own, ignoring: ignored) }
      return
    }
    let signature = try PayloadSignature.sign(payload, with: keys.own, ignoring: ignored)
    #expect(signature == (try vector.text("signature")))
    #expect(throws: Never.self) {
      try PayloadSignature.verify(signature, of: payload, with: keys.other, ignoring: ignored)
    }
  }

  @Test("every bubbling chain has the reference's signatures", arguments: try VectorFile.cases("bubbling_chain"))
  func chain(_ vector: VectorCase) throws {
    let keys = try Ed25519Keys()
    let chain = vector.strings("chain")
    let secret = HMACSecret(try vector.text("secret"))
    #expect(try BubblingChainSignature.sign(chain, with: secret) == vector.text("hmac_sha256"))
    #expect(try BubblingChainSignature.sign(chain, with: keys.own) == vector.text("ed25519"))
    #expect(throws: Never.self) {
      try BubblingChainSignature.verify(vector.text("ed25519"), of: chain, with: keys.other)
    }
    #expect(throws: SignatureError.self) {
      try BubblingChainSignature.verify(vector.text("ed25519"), of: chain + ["x"], with: keys.other)
    }
  }

  @Test("every task signature is judged as the reference does", arguments: try VectorFile.cases("task_signature"))
  func taskSignature(_ vector: VectorCase) throws {
    let secret = HMACSecret(try vector.text("secret"))
    let wire = try vector.json("wire")
    if vector.value["valid"]?.bool == true {
      #expect(throws: Never.self) { try TaskSignature.verify(wire, with: secret) }
    } else {
      #expect(throws: SignatureError.self) { try TaskSignature.verify(wire, with: secret) }
    }
  }

  @Test("every value has the reference's hash", arguments: try VectorFile.cases("dict_hash"))
  func hash(_ vector: VectorCase) throws {
    #expect(try SHA256Digest.hash(ofCanonical: vector.json("input")) == vector.text("sha256"))
  }
}

/// The key pair of `ed25519.json`.
private struct Ed25519Keys {
  let own: Ed25519PrivateKey
  let other: Ed25519PublicKey

  init() throws {
    let file = try VectorFile.value("ed25519")
    guard let own = file["private_key_pem"]?.string, let other = file["public_key_pem"]?.string else {
      throw VectorFault("ed25519.json has no keys")
    }
    self.own = try Ed25519PrivateKey(pem: own)
    self.other = try Ed25519PublicKey(pem: other)
  }
}
