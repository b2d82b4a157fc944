import ArgumentParser
import Glibc
import HolonConfig
import HolonPKI
import RXON

extension PKICommand {
  struct Issue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a certificate with its key, or sign a request.",
      discussion: """
        Writes ID.pem and ID.key. Where others dial the node, name its hosts with --dns and --ip. With --csr only the \
        certificate is written; of the request nothing but its key is taken.
        """)

    @OptionGroup var folder: AuthorityOption
    @OptionGroup var opening: PassphraseOption
    @OptionGroup var subject: SubjectOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "How long it lives.")
    var days = 90

    @Option(help: ArgumentHelp("Where to write.", valueName: "folder"), completion: .directory)
    var out = "."

    @Option(help: ArgumentHelp("A certificate request in PEM form, made elsewhere.", valueName: "file"))
    var csr: String?

    func validate() throws {
      _ = try LifeOption.seconds(days: days)
    }

    func run() async throws {
      let lifetime = try LifeOption.seconds(days: days)
      let names = try subject.names()
      do throws(PKIFailure) {
        let authority = try folder.authority.authority(passphrase: try opening.passphrase)
        let (certificateFile, keyFile) = ("\(out)/\(names.id).pem", "\(out)/\(names.id).key")
        let writesKey = csr == nil
        try expectAbsent(writesKey ? [certificateFile, keyFile] : [certificateFile])
        let key = try publicKey(writingTo: keyFile)
        let certificate = try folder.authority.issue(
          names, for: key, by: authority, lifetime: lifetime, now: time(nil))
        try DurableFile.create(certificateFile, try certificate.pem, readers: .everyone)
        report(certificate, certificateFile, keyFile: writesKey ? keyFile : nil)
      } catch {
        throw CommandFailure(error)
      }
    }

    private func expectAbsent(_ files: [String]) throws(PKIFailure) {
      for file in files where DurableFile.exists(file) {
        throw PKIFailure(.exists, "\(file) exists and is not overwritten; move it away, or choose another --out")
      }
    }

    /// That of the request, else that of a new key.
    private func publicKey(writingTo file: String) throws(PKIFailure) -> PublicKey {
      if let csr {
        return try CertificateRequest(pem: DurableFile.readText(csr, limit: CertificateRequest.sizeLimit)).publicKey
      }
      let key = try PrivateKey.generate()
      try DurableFile.makeFolder(out, readers: .everyone)
      try DurableFile.create(file, try key.exposedPEM, readers: .owner)
      return key.publicKey
    }

    private func report(_ certificate: Certificate, _ file: String, keyFile: String?) {
      let json = RawJSON.object([
        "id": .string(subject.id), "certificate": .string(file), "key": keyFile.map(RawJSON.string) ?? .null,
        "serial": .string(certificate.serial), "not_after": .integer(certificate.notAfter),
      ])
      let end = Timestamp.text(unixSeconds: certificate.notAfter)
      let text = (keyFile.map { "\($0)\n" } ?? "") + "\(file)  good until \(end)"
      Terminal.print(output.json ? json.string : text)
    }
  }

  struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a join string, with which one node can join once.",
      discussion: """
        The node that serves the authority (its configuration has a section 'pki') must be reachable at --url. Whoever \
        has the string can join in the node's place until it is used or expires: carry it as you would a password.
        """)

    @OptionGroup var folder: AuthorityOption
    @OptionGroup var subject: SubjectOptions
    @OptionGroup var output: OutputOptions

    @Option(
      help: ArgumentHelp("Where the new node dials to join, such as https://region.example:8701.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("For how long it is good, as 1h or 30m.", valueName: "duration"))
    var expires = "1h"

    func run() async throws {
      let endpoint = try endpoint()
      let lifetime = try lifetime()
      let names = try subject.names()
      do throws(PKIFailure) {
        let end = time(nil) + lifetime
        let authority = try folder.authority.certificate().fingerprint
        let token = try folder.authority.invite(names, expires: end)
        let join = JoinString(url: endpoint, id: names.id, authority: authority, token: token, expires: end)
        guard !output.json else {
          Terminal.print(
            RawJSON.object([
              "id": .string(names.id), "join": .string(join.exposedText), "expires": .integer(end),
            ]).string)
          return
        }
        Terminal.print(join.exposedText)
        Terminal.note("good once, until \(Timestamp.text(unixSeconds: end)); on the new machine: holon join 'STRING'")
      } catch {
        throw CommandFailure(error)
      }
    }

    private func endpoint() throws(CommandFailure) -> Endpoint {
      guard let endpoint = try? Endpoint(url), endpoint.scheme == "https", endpoint.path.isEmpty else {
        throw CommandFailure(
          .usage, "--url '\(url)' is not the address of an enrolment endpoint; write https://HOST:PORT")
      }
      return endpoint
    }

    private func lifetime() throws(CommandFailure) -> Int {
      guard let duration = DurationText.parse(expires),
        (1...31 * LifeOption.day).contains(Int(duration.components.seconds))
      else {
        throw CommandFailure(.usage, "--expires '\(expires)' is not a time from 1s to 31d; write it as 1h or 30m")
      }
      return Int(duration.components.seconds)
    }
  }
}
