import ArgumentParser
import Glibc
import HolonPKI
import RXON

struct PKICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pki",
    abstract: "Make certificates for nodes and workers, and invite nodes to join.",
    discussion: """
      An authority is a folder. Whoever has its ca.key can make certificates that everybody below takes: keep the \
      folder on one machine, back it up, and let nobody else read it. No command overwrites a file that exists.
      """,
    subcommands: [Init.self, Issue.self, Invite.self, Revoke.self, List.self])
}

/// Which authority.
struct AuthorityOption: ParsableArguments {
  @Option(help: ArgumentHelp("The authority's folder.", valueName: "folder"), completion: .directory)
  var folder = "pki"

  var authority: AuthorityFolder { AuthorityFolder(folder) }
}

/// How to open the authority's key.
struct PassphraseOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file whose first line the authority's key is encrypted with.", valueName: "file"),
    completion: .file())
  var passphraseFile: String?

  var passphrase: Passphrase? {
    get throws(PKIFailure) {
      guard let passphraseFile else { return nil }
      return try Passphrase(file: passphraseFile)
    }
  }
}

/// Whom a certificate is for.
struct SubjectOptions: ParsableArguments {
  @Option(help: "The node's or worker's id.")
  var id: String

  @Option(help: ArgumentHelp("A host name under which it can be dialled; may be repeated.", valueName: "name"))
  var dns: [String] = []

  @Option(help: ArgumentHelp("An IP address under which it can be dialled; may be repeated.", valueName: "address"))
  var ip: [String] = []

  func names() throws(CommandFailure) -> SubjectNames {
    do {
      return try SubjectNames(id: id, dns: dns, ip: ip)
    } catch {
      throw CommandFailure(.usage, error.message)
    }
  }
}

/// For how long.
struct LifeOption: ParsableArguments {
  static let day = 86_400

  /// - Returns: seconds.
  static func seconds(days: Int) throws -> Int {
    guard (1...36_500).contains(days) else { throw ValidationError("--days must be from 1 to 36500") }
    return days * day
  }
}

extension CommandFailure {
  init(_ failure: PKIFailure) {
    self.init(.failed, failure.message)
  }
}

extension PKICommand {
  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make an authority.",
      discussion: """
        Writes ca.pem, which every node and worker needs, ca.key, which nobody else may have, and crl.pem, the list of \
        revoked certificates for listen.tls.crl.
        """)

    @OptionGroup var folder: AuthorityOption
    @OptionGroup var opening: PassphraseOption
    @OptionGroup var output: OutputOptions

    @Option(help: "The authority's name, as certificates show it.")
    var name = "Holon CA"

    @Option(help: "How long it lives.")
    var days = 3650

    func validate() throws {
      _ = try LifeOption.seconds(days: days)
    }

    func run() async throws {
      let lifetime = try LifeOption.seconds(days: days)
      do throws(PKIFailure) {
        let authority = folder.authority
        let made = try authority.create(
          name: name, lifetime: lifetime, passphrase: try opening.passphrase, now: time(nil))
        let fingerprint = Self.text(try made.certificate.fingerprint)
        let json = RawJSON.object([
          "certificate": .string(authority.certificateFile), "key": .string(authority.keyFile),
          "crl": .string(authority.revocationListFile), "sha256": .string(fingerprint),
          "not_after": .integer(made.certificate.notAfter),
        ])
        Terminal.print(
          output.json
            ? json.string
            : """
            \(authority.certificateFile)  its certificate, for every node and worker
            \(authority.keyFile)  its key: keep it to yourself, and back it up
            \(authority.revocationListFile)  the certificates that it has revoked: none
            good until \(Timestamp.text(unixSeconds: made.certificate.notAfter)), SHA-256 \(fingerprint)
            """)
      } catch {
        throw CommandFailure(error)
      }
    }

    private static func text(_ fingerprint: [UInt8]) -> String {
      fingerprint.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}
