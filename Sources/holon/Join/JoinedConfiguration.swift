import HolonPKI
import RXON

/// The first configuration of a node that has joined.
struct JoinedConfiguration {
  let id: String
  let folder: JoinFolder
  let uplink: String
  let listen: Endpoint
  let journal: String
  let enrolledAt: Endpoint
  /// What the authority was reached through.
  let proxy: Proxy?

  var text: String {
    """
    # Written by 'holon join': node \(id), taken in at \(enrolledAt).
    # Every key is described in docs/configuration.md. To try a change: holon check --config \(folder.configurationFile)

    id: \(quoted(id))

    # Where workers dial in. \(listeningRemark)
    listen:
      - url: \(quoted(listen.description))
    \(listeningTLS)
    # The parent. The certificate renews itself there when four fifths of its life are over; the file is exchanged then.
    \(proxyRemark)uplinks:
      - url: \(quoted(uplink))
        tls:
          certificate: \(quoted(folder.certificateFile))
          key: \(quoted(folder.keyFile))
          ca: \(quoted(folder.authorityFile))

    # What was acknowledged and not yet delivered. Keep it when the machine restarts.
    journal:
      path: \(quoted(journal))

    # For 'holon status' and for monitoring.
    # status:
    #   url: http://127.0.0.1:9700

    """
  }

  private var listeningRemark: String {
    listen.scheme == "https"
      ? "They need certificates of the same authority: 'holon pki issue'."
      : "Only this machine can dial it; for others give it TLS, or children.token."
  }

  /// The proxy may have a password, which must not get into a file that everybody may read.
  private var proxyRemark: String {
    proxy.map { "# Joined through \($0): set HTTPS_PROXY for the node too, or 'proxy' here.\n" } ?? ""
  }

  private var listeningTLS: String {
    guard listen.scheme == "https" else { return "" }
    return """
          tls:
            certificate: \(quoted(folder.certificateFile))
            key: \(quoted(folder.keyFile))
            client_ca: \(quoted(folder.authorityFile))

      """
  }

  /// A JSON string is a YAML one. `${` would be looked up in the environment.
  private func quoted(_ text: String) -> String {
    RawJSON.string(text.replacing("${", with: "$${")).string
  }
}
