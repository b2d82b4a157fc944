import RXON

/// A value with the place where it was written.
struct Placed<Value> {
  var value: Value
  var place: ConfigurationFault.Place
}

/// Checks values of several sections against each other.
struct ConsistencyCheck {
  let reading: ConfigurationReading

  func listeners(
    _ listeners: [Placed<ListenConfiguration>], wholeList place: ConfigurationFault.Place,
    children: ChildrenConfiguration
  ) {
    if listeners.isEmpty {
      reading.fault(
        at: place, "nothing to listen on, so no child could dial in",
        remedy: "add a 'listen' list with a url, set HOLON_LISTEN_0_URL or pass --listen")
    }
    var seen: Set<String> = []
    for listener in listeners {
      let url = listener.value.url
      if url.port != 0, !seen.insert(url.authority).inserted {
        reading.fault(at: listener.place, "\(url) is listened on twice", remedy: "keep one of them")
      }
      if !url.isLoopback { exposed(listener, children: children) }
      if children.authentication == .mtlsOnly, !listener.value.checksCertificates {
        reading.fault(
          at: listener.place, "children.auth is mtls-only, but \(url) asks for no client certificate",
          remedy: "set its tls.client_ca, or choose another children.auth")
      }
    }
  }

  private func exposed(_ listener: Placed<ListenConfiguration>, children: ChildrenConfiguration) {
    let url = listener.value.url
    if children.authentication == .openToAnyone {
      reading.warn(
        at: listener.place, "\(url) admits whoever can connect, as children.auth says",
        remedy: "set children.token if others can reach this address")
    } else if children.admitsAnyone {
      reading.fault(
        at: listener.place,
        "\(url) can be reached from other machines, and children need neither a token nor a certificate",
        remedy: "set children.token, ask for client certificates (tls.client_ca), listen on 127.0.0.1, "
          + "or write children.auth: open-to-anyone if you mean it")
    }
  }

  func uplinks(_ uplinks: [Placed<UplinkConfiguration>], wholeList place: ConfigurationFault.Place) {
    if uplinks.isEmpty {
      reading.warn(
        at: place, "no uplinks: this node is a root, and gets no tasks from anybody",
        remedy: "add a parent under 'uplinks', set HOLON_UPLINKS_0_URL or pass --uplink")
    }
    var seen: Set<String> = []
    for uplink in uplinks where !seen.insert(uplink.value.name).inserted {
      reading.fault(
        at: uplink.place, "two uplinks are called \(uplink.value.name)", remedy: "give each a name of its own")
    }
  }

  func transparency(of uplinks: [Placed<UplinkConfiguration>]) {
    let transparent = uplinks.filter { $0.value.mode == .transparent }
    var seen: Set<[String]> = []
    for uplink in transparent where !seen.insert([uplink.value.url.authority, uplink.value.childPrefix]).inserted {
      reading.fault(
        at: uplink.place, "two uplinks would make each child the same worker at \(uplink.value.url)",
        remedy: "give them a child_prefix each, or keep one")
    }
    for uplink in transparent where uplink.value.tls?.identity != nil {
      reading.warn(
        at: uplink.place,
        "uplink \(uplink.value.name) shows one certificate for many workers, which parents refuse that take it for their "
          + "identity",
        remedy: "let the parent identify workers by tokens alone (token-only), or use mode: aggregate")
    }
  }

  func renewals(of uplinks: [Placed<UplinkConfiguration>]) {
    for uplink in uplinks {
      guard let tls = uplink.value.tls else { continue }
      if uplink.value.url.scheme == "grpcs", tls.renewsItself, tls.renewalURL == nil {
        reading.warn(
          at: uplink.place,
          "the certificate for uplink \(uplink.value.name) does not renew itself: gRPC carries no renewals",
          remedy: "set tls.renew_url to an https:// listener of the parent, or tls.renew: off")
      }
      if tls.renewalURL != nil, !tls.renewsItself {
        reading.warn(
          at: uplink.place, "tls.renew_url of uplink \(uplink.value.name) has no effect: there is nothing to renew",
          remedy: "remove it, or let a certificate whose key is a file renew itself (tls.renew: auto)")
      }
    }
  }

  func signatures(of uplinks: [Placed<UplinkConfiguration>], _ signing: SigningConfiguration) {
    for uplink in uplinks where uplink.value.signatures == .ed25519 && signing.key == nil && reading.checksFiles {
      reading.fault(
        at: uplink.place, "uplink \(uplink.value.name) is to be told things signed by ed25519, but there is no key",
        remedy: "set signing.key, or signatures: hmac")
    }
  }

  func status(_ status: Placed<StatusConfiguration>, listeners: [Placed<ListenConfiguration>]) {
    let url = status.value.url
    if !url.isLoopback, status.value.token == nil {
      reading.fault(
        at: status.place, "\(url) can be reached from other machines, and needs no token",
        remedy: "set status.token, or serve it on 127.0.0.1")
    }
    let clash = listeners.contains { $0.value.url.authority == url.authority && url.port != 0 }
    if clash {
      reading.fault(at: status.place, "\(url) is an address that children dial", remedy: "choose another port")
    }
  }

  func enrolment(
    _ authority: Placed<PKIConfiguration>, listeners: [Placed<ListenConfiguration>],
    status: Placed<StatusConfiguration>?
  ) {
    let url = authority.value.url
    let others = listeners.map(\.value.url) + [status?.value.url].compactMap(\.self)
    if url.port != 0, others.contains(where: { $0.authority == url.authority }) {
      reading.fault(
        at: authority.place, "\(url) is listened on for something else", remedy: "give pki.url a port of its own")
    }
    if !listeners.contains(where: { $0.value.tls?.clientAuthorities != nil }) {
      reading.warn(
        at: authority.place, "nodes that join here prove themselves by certificates, and no listener asks for one",
        remedy: "set listen.tls.client_ca to the authority's ca.pem")
    }
  }
}
