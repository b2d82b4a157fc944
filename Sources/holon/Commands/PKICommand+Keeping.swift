import ArgumentParser
import Glibc
import HolonPKI
import RXON

extension PKICommand {
  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke certificates, and write the list of revoked ones.",
      discussion: """
        By id: all certificates and invitations of the node. By serial: one certificate. Listeners refuse it as soon as \
        the crl.pem that they are configured with (listen.tls.crl) is the new one; connections that are open stay open.
        """)

    @OptionGroup var folder: AuthorityOption
    @OptionGroup var opening: PassphraseOption
    @OptionGroup var output: OutputOptions

    @Argument(help: "The id of a node, or the serial of a certificate.")
    var idOrSerial: String

    func run() async throws {
      do throws(PKIFailure) {
        let authority = try folder.authority.authority(passphrase: try opening.passphrase)
        let revoked = try folder.authority.revoke(idOrSerial, by: authority, now: time(nil))
        let list = folder.authority.revocationListFile
        guard !output.json else {
          Terminal.print(
            RawJSON.object(["revoked": .array(revoked.map(\.json)), "crl": .string(list)]).string)
          return
        }
        let lines = revoked.map { "revoked \($0.names.id), serial \($0.serial)" }
        Terminal.print((lines.isEmpty ? ["no certificate was left to revoke"] : lines).joined(separator: "\n"))
        Terminal.print("\(list)  is the list for the listeners")
      } catch {
        throw CommandFailure(error)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List certificates and invitations.")

    @OptionGroup var folder: AuthorityOption
    @OptionGroup var output: OutputOptions

    func run() async throws {
      do throws(PKIFailure) {
        _ = try folder.authority.certificate()
        let (certificates, invitations) = (try folder.authority.issued(), try folder.authority.invitations())
        guard !output.json else {
          let json = RawJSON.object([
            "certificates": .array(certificates.map(\.json)), "invitations": .array(invitations.map(\.json)),
          ])
          Terminal.print(json.string)
          return
        }
        Terminal.print("certificates:\(Self.text(certificates))\n\ninvitations:\(Self.text(invitations))")
      } catch {
        throw CommandFailure(error)
      }
    }

    private static func text(_ certificates: [IssuedCertificate]) -> String {
      guard !certificates.isEmpty else { return " none" }
      let now = time(nil)
      var table = Table(columns: ["id", "serial", "issued", "until", "state", "hosts"])
      for certificate in certificates {
        let state =
          certificate.isGood(at: now) ? "good" : certificate.revokedAt == nil ? "expired" : "revoked"
        table.append([
          certificate.names.id, certificate.serial, Timestamp.text(unixSeconds: certificate.issuedAt),
          Timestamp.text(unixSeconds: certificate.notAfter), state, certificate.names.hosts,
        ])
      }
      return "\n\(table.text)"
    }

    private static func text(_ invitations: [Invitation]) -> String {
      guard !invitations.isEmpty else { return " none" }
      let now = time(nil)
      var table = Table(columns: ["id", "until", "state", "hosts"])
      for invitation in invitations {
        let state = invitation.claimedBy != nil ? "used" : now < invitation.expires ? "open" : "expired"
        table.append([
          invitation.names.id, Timestamp.text(unixSeconds: invitation.expires), state, invitation.names.hosts,
        ])
      }
      return "\n\(table.text)"
    }
  }
}

extension SubjectNames {
  fileprivate var hosts: String { (dns + ip).joined(separator: ",") }
}
