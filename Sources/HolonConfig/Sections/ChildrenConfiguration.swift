/// What is asked of children, and when one counts as lost.
public struct ChildrenConfiguration: Sendable, Hashable {
  public var authentication: Authentication
  /// Serves every child that has no token of its own.
  public var token: Secret?
  /// Tokens of single children, by worker id.
  public var tokens: [String: Secret]
  public var signatures: Verification
  /// A child without a heartbeat this long is lost.
  public var timeout: Duration
  /// A child whose connections are closed is lost after this long.
  public var grace: Duration

  /// Whom the listeners admit.
  public enum Authentication: String, Sendable, Hashable, CaseIterable {
    /// Whoever proves its identity in any way that the listener offers.
    case mixed
    /// Whoever presents a token, whatever certificate it has.
    case tokenOnly = "token-only"
    /// Everybody who can connect, without any proof.
    case openToAnyone = "open-to-anyone"
  }

  /// Some token is configured, so children have something to authenticate with.
  public var hasCredentials: Bool { token != nil || !tokens.isEmpty }

  /// Whoever can connect is admitted: by explicit words, or on loopback where no token is configured.
  public var admitsAnyone: Bool { authentication == .openToAnyone || !hasCredentials }
}

extension ChildrenConfiguration {
  init(reading section: SectionReader) {
    authentication = section.value(
      "auth", .word(later: ["mtls-only": "client certificates"]), default: .mixed,
      "Whom to admit. Without TLS `mixed` and `token-only` mean the same: a token is needed. `open-to-anyone` admits "
        + "whoever can connect.")
    token = section.secret("token", "The token of every child that has none of its own.")
    tokens = section.secrets(
      "tokens", namedBy: .identifier, "The token of one child, by its worker id; the global one does not serve for it.")
    let signatures = section.optional(
      "signatures", ValueFormat<Verification>.word(),
      absent: "required; off without any token",
      "Whether registrations, heartbeats, results and events of children must be signed with their token.")
    timeout = section.value(
      "timeout", .duration(in: .seconds(1) ... .seconds(86_400)), default: .seconds(45),
      "A child without a heartbeat this long is lost, and its tasks are offered again.")
    grace = section.value(
      "grace", .duration(in: .zero ... .seconds(3600)), default: .seconds(10),
      "A child whose connections are all closed is lost after this long.")
    self.signatures = signatures ?? (token != nil || !tokens.isEmpty ? .required : .off)
    report(signatures: signatures, in: section)
  }

  private func report(signatures: Verification?, in section: SectionReader) {
    if !hasCredentials, let signatures, signatures != .off {
      section.reading.fault(
        at: section.place(of: "signatures"), "children.signatures is \(signatures.rawValue), but there is no token",
        remedy: "set children.token or children.tokens, or signatures: off")
    }
    if authentication == .openToAnyone, hasCredentials {
      section.reading.fault(
        at: section.place(of: "auth"), "children.auth is open-to-anyone, but tokens are configured",
        remedy: "remove the tokens, or set auth: token-only")
    }
  }
}
