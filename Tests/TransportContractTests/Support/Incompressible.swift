import RXON

/// An object of about so many bytes that no compression makes much smaller.
func incompressible(_ bytes: Int) -> RawJSON {
  var random = SystemRandomNumberGenerator()
  let noise = (0..<bytes).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random) }
  return .object(["noise": .string(String(decoding: noise, as: UTF8.self))])
}
