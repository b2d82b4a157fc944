import HolonConfig
import HolonRouting
import Logging
import RXON

/// Giving children tokens, shutting them out, and letting them in again, while the node runs.
extension HolonNode {
  /// Takes up what the journal holds. A node without a key of its own makes one.
  func takeUpAccess(_ snapshot: JournalSnapshot) {
    let secret = snapshot.nodeSecret ?? ChildAccess.makeSecret()
    authenticator.access = ChildAccess(secret: secret, records: snapshot.childAccess)
    if snapshot.nodeSecret == nil { journal.record([.nodeSecretStored(secret)]) }
  }

  /// A node that cannot be commanded works all the same.
  func openControlSocket() async {
    let journal = configuration.journal.path
    do {
      controlSocket = try await ControlSocket.open(for: self, journal: journal)
    } catch {
      logger.warning(
        "There is no control socket, so 'holon children' works only while the node is stopped",
        metadata: ["error": "\(error)"])
    }
  }

  /// Who has a token that was issued here or is shut out, and every child that is registered.
  func childAccess() -> [ChildAccessEntry] {
    let registered = Dictionary(uniqueKeysWithValues: router.childProfiles.map { ($0.id, $0.isConnected) })
    let known = authenticator.access.all
    let others = Set(registered.keys).subtracting(known.map(\.child)).map { ChildAccessRecord(child: $0) }
    return (known + others).sorted { $0.child < $1.child }.map {
      ChildAccessEntry($0, isConnected: registered[$0.child] ?? false)
    }
  }

  /// Performs what a person asked for. `completion` is called once, on the node's event loop, with the new token where
  /// one was made.
  func change(
    _ change: ChildAccessChange, of child: String,
    completion: @escaping @Sendable (Result<String?, ChildAccessRefusal>) -> Void
  ) {
    let plan: ChildAccessPlan
    do throws(ChildAccessRefusal) {
      plan = try authenticator.access.plan(change, of: child, at: NodeClock.unixSeconds())
    } catch {
      completion(.failure(error))
      return
    }
    // A token counts once it is stored; who is to be shut out is so at once.
    if change == .revoke { enforce(plan.change) }
    // With the key, in case the journal could not store it at the start.
    journal.commit([.nodeSecretStored(authenticator.access.secret), plan.change]) { failure in
      self.onLoop { node in
        if let failure {
          completion(.failure(.notStored(failure, isInForce: change == .revoke)))
          return
        }
        if change != .revoke { node.enforce(plan.change) }
        node.logger.notice(
          "Changed a child's access", metadata: ["child": "\(child)", "change": "\(change.rawValue)"])
        completion(.success(plan.token))
      }
    }
  }

  private func enforce(_ change: JournalChange) {
    authenticator.access.apply(change)
    guard case .childRevoked(let child, _) = change else { return closeUnprovenChannels() }
    channels[child]?.channel.close()
    handle(.childRevoked(child: child))
  }

  /// Command channels live on the credentials of their opening. Where those are not good any more they close.
  func closeUnprovenChannels() {
    for open in channels.values {
      do throws(CallFailure) {
        _ = try authenticator.identify(open.channel.credentials, at: open.openedAt)
      } catch {
        logger.info(
          "Closing a command channel whose credentials ended", metadata: ["child": "\(open.channel.workerID)"])
        open.channel.close()
      }
    }
  }
}

extension ChildProfile {
  fileprivate var isConnected: Bool { parkedPolls > 0 || isCommandChannelOpen }
}
