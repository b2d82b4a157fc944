import HolonConfig
import HolonRouting
import Logging
import RXON
import RXONHTTP
import RXONSignatures
import RXONTLS

/// Making the links to the parents, and the sessions over them.
extension HolonNode {
  func makeUplinks(for configurations: [UplinkConfiguration]) throws(StartFailure) -> [Uplink] {
    var uplinks: [Uplink] = []
    for configuration in configurations {
      var uplink = try makeUplink(configuration)
      if uplink.naming == nil {
        do throws(TransportError) {
          _ = try makeSession(uplink.id, isHere: true, over: &uplink)
        } catch {
          throw StartFailure(.configuration, "uplink \(uplink.id): \(error.message)")
        }
      }
      uplinks.append(uplink)
    }
    return uplinks
  }

  private func makeUplink(_ uplink: UplinkConfiguration) throws(StartFailure) -> Uplink {
    let options = try transportOptions(for: uplink)
    let key = try signingKey()
    do throws(TransportError) {
      return Uplink(
        uplink, wire: try ParentWire(to: uplink.url, on: loop, options: options), signingKey: key)
    } catch {
      throw StartFailure(.configuration, "uplink \(uplink.name): \(error.message)")
    }
  }

  /// - Throws: ``TransportError`` of kind `unsendable` where the parent cannot know such a worker.
  func makeSession(
    _ id: UplinkID, isHere: Bool, over uplink: inout Uplink
  ) throws(TransportError) -> UplinkSession {
    guard let identity = uplink.identity(of: id, node: configuration.id) else {
      throw TransportError(.unsendable, "its name there would be no identifier")
    }
    let transport = try uplink.wire.transport(of: identity.workerID, token: identity.token, isShared: true)
    let attester = uplink.signingKey.map { ChainAttester(nodeID: identity.workerID, key: $0) }
    let session = UplinkSession(
      UplinkSettings(uplink.configuration), of: id, isHere: isHere, transport: transport, attester: attester,
      node: self, logger: logger)
    uplink.sessions[id] = session
    return session
  }

  private func transportOptions(for uplink: UplinkConfiguration) throws(StartFailure) -> HTTPTransportOptions {
    var options = HTTPTransportOptions()
    // Each child polls for itself, over the connections of all.
    let polls = uplink.maxPolls * (uplink.mode == .transparent ? configuration.limits.maxChildren : 1)
    options.pollConnections = polls
    options.connections = polls + UplinkSettings.deliveryWindow + 4
    options.compression = uplink.compression == .lz4 ? uplinkCompression : nil
    options.route = uplink.route
    if uplink.signatures == .ed25519 { options.signer = try signingKey() }
    guard let tls = uplink.tls else { return options }
    do throws(TLSConfigurationError) {
      options.tls = try certificates.dial(
        tls, to: "uplink \(uplink.name)", protocols: uplink.url.applicationProtocols)
    } catch {
      throw StartFailure(.configuration, "uplink \(uplink.name): \(error.message)")
    }
    return options
  }

  private func signingKey() throws(StartFailure) -> Ed25519PrivateKey? {
    guard let pem = configuration.signing.key else { return nil }
    do throws(SignatureError) {
      return try Ed25519PrivateKey(pem: pem.exposed)
    } catch {
      throw StartFailure(.configuration, "signing.key: \(error)")
    }
  }

  // MARK: Looking up

  /// Of all uplinks.
  var sessions: [UplinkSession] { uplinks.flatMap(\.sessions.values) }

  func session(of id: UplinkID) -> UplinkSession? {
    uplinks.first { $0.id == id.parent }?.sessions[id]
  }

  // MARK: What the parents are told

  /// What the children offer together.
  func offer() -> Offer {
    Offer.aggregate(
      children: router.liveRegistrations, nodeID: configuration.id, version: HolonVersion.current,
      ownCapabilities: WorkerCapabilities(hostname: HostName.current)
    ) { bytes in hexadecimal(SHA256Digest.hash(bytes)) }
  }

  /// What one child offers.
  func offer(of child: String) -> ChildOffer {
    guard let profile = router.childProfile(child) else { return offerOfAbsent(child) }
    return ChildOffer(profile.registration, through: configuration.id)
  }

  func offerOfAbsent(_ worker: String) -> ChildOffer {
    .absent(worker, below: configuration.id)
  }

  /// The load of the child's machine, as it told it. Without a child, of all their machines: the mean of processors, the
  /// sum of memory.
  func currentUsage(of child: String?) -> ResourcesUsage? {
    if let child { return router.childProfile(child)?.usage }
    let usages = router.childProfiles.compactMap(\.usage)
    guard !usages.isEmpty else { return nil }
    return ResourcesUsage(
      cpuLoadPercent: usages.reduce(0) { $0 + $1.cpuLoadPercent } / Double(usages.count),
      ramUsedGB: usages.reduce(0) { $0 + $1.ramUsedGB })
  }
}
