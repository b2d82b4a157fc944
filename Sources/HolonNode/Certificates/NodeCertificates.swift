import HolonConfig
import RXONTLS

/// The TLS contexts of a node's listeners and uplinks, and the files that they are made from.
///
/// A context that cannot be made anew stays as it was: a half-written file must not end a node's connections.
struct NodeCertificates {
  /// What a context serves: `listen https://0.0.0.0:8700`, `uplink main`.
  typealias Subject = String

  private struct Entry {
    var files: [String]
    var stamps: [FileStamp?]
    /// When the certificate that proves the node here ends to be valid, in Unix seconds.
    var expires: Int?
    /// Makes the context anew from the files, and tells the new certificate's end.
    var reload: () throws(TLSConfigurationError) -> Int?
  }

  private var entries: [Subject: Entry] = [:]
  private var notices = ExpiryNotices()

  // MARK: Contexts

  /// - Returns: the context for those that dial in at `subject`, to be exchanged when its files change.
  mutating func serve(
    _ settings: ServerTLSConfiguration, at subject: Subject, protocols: [String] = ["http/1.1"]
  ) throws(TLSConfigurationError) -> TLSServerContexts {
    let options = TLSServerOptions(settings, protocols: protocols)
    let contexts = TLSServerContexts(try TLSServerContext(options))
    adopt(options.files, expires: contexts.current.certificates.expiry, as: subject) {
      () throws(TLSConfigurationError) in
      let new = try TLSServerContext(options)
      contexts.exchange(new)
      return new.certificates.expiry
    }
    return contexts
  }

  /// - Returns: the context for dialling `subject`, to be exchanged when its files change.
  mutating func dial(
    _ settings: ClientTLSConfiguration, to subject: Subject, protocols: [String] = ["http/1.1"]
  ) throws(TLSConfigurationError) -> TLSClientContexts {
    let options = TLSClientOptions(settings, protocols: protocols)
    let contexts = TLSClientContexts(try TLSClientContext(options))
    adopt(options.files, expires: contexts.current.certificates.expiry, as: subject) {
      () throws(TLSConfigurationError) in
      let new = try TLSClientContext(options)
      contexts.exchange(new)
      return new.certificates.expiry
    }
    return contexts
  }

  private mutating func adopt(
    _ files: [String], expires: Int?, as subject: Subject, reload: @escaping () throws(TLSConfigurationError) -> Int?
  ) {
    entries[subject] = Entry(files: files, stamps: files.map(FileStamp.init(path:)), expires: expires, reload: reload)
  }

  mutating func forget(_ subject: Subject) {
    entries[subject] = nil
    notices.forget(subject)
  }

  // MARK: Changes

  struct Change {
    var subject: Subject
    /// Nil when the new files are in use.
    var failure: TLSConfigurationError?
  }

  /// Makes those contexts anew whose files are not what they were. Reads files.
  mutating func reloadChanged() -> [Change] {
    entries.keys.sorted().compactMap { subject in
      guard let entry = entries[subject] else { return nil }
      let stamps = entry.files.map(FileStamp.init(path:))
      guard stamps != entry.stamps else { return nil }
      entries[subject]?.stamps = stamps
      return reload(subject, entry)
    }
  }

  private mutating func reload(_ subject: Subject, _ entry: Entry) -> Change {
    do throws(TLSConfigurationError) {
      entries[subject]?.expires = try entry.reload()
      notices.forget(subject)
      return Change(subject: subject)
    } catch {
      return Change(subject: subject, failure: error)
    }
  }

  // MARK: Expiry

  /// When the certificates end to be valid, in Unix seconds.
  var expiries: [(subject: Subject, expires: Int)] {
    entries.compactMap { subject, entry in entry.expires.map { (subject, $0) } }.sorted { $0.subject < $1.subject }
  }

  /// The certificates of which somebody should be told now that they end.
  mutating func expiring(at unixSeconds: Int) -> [ExpiryNotices.Notice] {
    expiries.compactMap { notices.due(for: $0.subject, expires: $0.expires, at: unixSeconds) }
  }
}

extension [TLSCertificate] {
  /// Of the first, which is the node's own.
  fileprivate var expiry: Int? { first.map { Int($0.notAfter) } }
}
