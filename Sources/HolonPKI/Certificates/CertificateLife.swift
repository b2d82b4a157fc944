/// When a certificate of an authority here begins, and when it wants to be renewed.
public enum CertificateLife {
  /// How far before its making a certificate begins, in seconds: for clocks that are behind.
  static func backdating(lifetime: Int) -> Int {
    min(300, lifetime / 10)
  }

  /// The moment at which four fifths of its life are over.
  /// - Parameter share: of the life that is left then by chance, 0 to 1, so that nodes which joined together do not
  ///   renew together; a twentieth of the life at most.
  public static func renewal(of certificate: Certificate, share: Double) -> Int {
    let life = max(0, certificate.notAfter - certificate.notBefore)
    let jitter = Int(Double(life / 20) * min(1, max(0, share)))
    return certificate.notBefore + life / 5 * 4 + life % 5 * 4 / 5 - jitter
  }
}
