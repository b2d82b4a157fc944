/// Random values that nobody can guess, from the kernel.
public enum SecureRandom {
  public static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// A new identifier of 128 bits: 32 hexadecimal digits, fit for every id of the protocol.
  public static func identifier() -> String {
    var generator = SystemRandomNumberGenerator()
    var value = [UInt8]()
    value.reserveCapacity(16)
    for _ in 0..<2 {
      withUnsafeBytes(of: generator.next() as UInt64) { value.append(contentsOf: $0) }
    }
    return hexadecimal(value)
  }

  /// A new bearer token, in hexadecimal digits.
  public static func token(byteCount: Int = 32) -> String {
    hexadecimal(bytes(byteCount))
  }
}
