public import RXON

/// The authority that a node serves: whoever was invited gets a certificate from it, and has it renewed.
public struct PKIConfiguration: Sendable, Hashable {
  /// What `holon pki init` made.
  public var folder: String
  public var passphrase: Secret?
  /// Where new nodes dial to join.
  public var url: Endpoint
  /// Where they find their parent from then on.
  public var uplink: Endpoint
  public var certificateLife: Duration
}

extension PKIConfiguration {
  init?(reading section: SectionReader) {
    let folder = section.required("folder", .path, "The folder that `holon pki init` made; the node writes into it.")
    passphrase = section.secret("key_passphrase", "Opens the authority's key where it is encrypted.")
    let url = section.required(
      "url", .securelyListened, "The address to listen on for nodes that join, by invitation only.")
    let uplink = section.required(
      "uplink", .securelyDialled, "The URL under which nodes that have joined dial a listener of this node.")
    certificateLife = section.value(
      "certificate_life", .duration(in: .seconds(10) ... .seconds(3650 * 86_400)), default: .seconds(90 * 86_400),
      "How long a node's certificate is good; it is renewed when four fifths are over.")
    guard let folder, let url, let uplink else { return nil }
    self.folder = folder
    self.url = url
    self.uplink = uplink
  }
}
