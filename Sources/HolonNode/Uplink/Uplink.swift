import HolonConfig
import HolonRouting
import RXON
import RXONSignatures

/// The link to one parent, and those who speak over it: this node, or in mode `transparent` each of its children.
struct Uplink {
  let configuration: UplinkConfiguration
  let wire: ParentWire
  /// What the way of passed-on messages is signed with.
  let signingKey: Ed25519PrivateKey?
  /// How the parent knows the children; nil where it knows this node alone.
  let naming: ChildNaming?
  var sessions: [UplinkID: UplinkSession] = [:]
  /// Those that the parent knows, so that they may be given work.
  var connected: Set<UplinkID> = []
  /// Children that cannot be workers at this parent, so that it is said once.
  var unnameable: Set<String> = []

  init(_ configuration: UplinkConfiguration, wire: ParentWire, signingKey: Ed25519PrivateKey?) {
    self.configuration = configuration
    self.wire = wire
    self.signingKey = signingKey
    naming = configuration.childNaming
  }

  var id: UplinkID { UplinkID(configuration.name) }

  /// Nil for an uplink where each child has a session of its own.
  var nodeSession: UplinkSession? { naming == nil ? sessions[id] : nil }

  func session(of child: String) -> UplinkSession? {
    naming == nil ? nil : sessions[UplinkID(id.name, child: child)]
  }

  /// The name and the token with which a session speaks; nil where the parent cannot know the child.
  func identity(of session: UplinkID, node: String) -> (workerID: String, token: String)? {
    guard let child = session.child else { return (node, configuration.token?.exposed ?? "") }
    return naming?.name(of: child).map { ($0, configuration.token(of: child)?.exposed ?? "") }
  }

  /// The children's sessions whose workers the parent will not know any more when `others` take the place of this uplink.
  /// The others only change hands: their tasks are not over.
  func workers(leavingFor others: [Uplink]) -> [UplinkSession] {
    let successors = others.filter { $0.configuration.url.authority == configuration.url.authority }
    return sessions.values.filter { session in
      guard let child = session.id.child else { return false }
      return !successors.contains { $0.naming?.name(of: child) == session.transport.workerID }
    }
  }

  var isParentHolon: Bool { sessions.values.contains { $0.transport.parentFeatures.isHolon } }
}
