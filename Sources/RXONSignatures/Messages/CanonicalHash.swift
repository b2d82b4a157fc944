public import RXON

extension SHA256Digest {
  /// The hash of a value's canonical form, in hexadecimal: equal for values that differ only in how they are written.
  /// - Throws: ``SignatureError/unsignable(_:)`` for a value without canonical form.
  public static func hash(ofCanonical json: RawJSON) throws(SignatureError) -> String {
    hex(try canonical { () throws(JSONError) in try CanonicalJSON.encode(json) })
  }
}
