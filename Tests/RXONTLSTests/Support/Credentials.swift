import Foundation
import RXONTLS

/// Certificates and keys of all sorts, made once by the `openssl` command in a temporary folder that goes with the
/// process.
struct Credentials: Sendable {
  static let shared = Credentials()

  let folder: String

  private init() {
    let template = NSTemporaryDirectory() + "rxontls-tests-" + UUID().uuidString
    folder = template
    do {
      try FileManager.default.createDirectory(atPath: template, withIntermediateDirectories: true)
      try Data(Self.configuration.utf8).write(to: URL(fileURLWithPath: template + "/openssl.cnf"))
      let command = try Command("bash", ["-euc", Self.script], folder: template)
      guard command.waitBlocking() == 0 else { fatalError("no certificates: \(command.output)") }
    } catch {
      fatalError("no certificates: \(error)")
    }
    Self.removal.register(folder)
  }

  func path(_ name: String) -> String { folder + "/" + name }

  func identity(_ name: String, chain: String? = nil) -> TLSIdentity {
    TLSIdentity(certificate: path((chain ?? name) + ".pem"), key: path(name + ".key"))
  }

  /// Writes a file into the folder.
  func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    return path(name)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  private static let removal = FolderRemoval()

  // ca issues; inter is issued by ca; other is nobody's friend.
  private static let script = """
    key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }
    authority() {
      mkdir $1.d; : > $1.d/index.txt; echo 1000 > $1.d/serial; echo 01 > $1.d/crlnumber; key $1
    }
    # issue NAME AUTHORITY SUBJECT USE NAMES [ca options]
    issue() {
      local name=$1 authority=$2 subject=$3; export USE=$4 NAMES=$5 AUTHORITY=$authority; shift 5
      [[ -e $name.key ]] || key $name
      openssl req -new -utf8 -config openssl.cnf -key $name.key -subj "$subject" -out $name.csr
      openssl ca -batch -notext -utf8 -config openssl.cnf -in $name.csr -out $name.pem -extensions leaf "$@" 2>/dev/null
    }
    export USE=serverAuth NAMES=DNS:unused AUTHORITY=ca
    authority ca; authority other; authority inter
    for name in ca other; do
      openssl req -x509 -new -config openssl.cnf -extensions authority -key $name.key -subj "/O=Test/CN=$name" \
        -days 30 -out $name.pem
    done
    issue inter ca "/O=Test/CN=inter" x DNS:unused -extensions authority
    here=DNS:localhost,IP:127.0.0.1,IP:::1
    past="-startdate 20200101000000Z -enddate 20200201000000Z"
    future="-startdate 20400101000000Z -enddate 20410101000000Z"
    issue server ca /CN=server serverAuth $here,DNS:*.wild.example,DNS:part*.tame.example
    issue server2 inter /CN=server2 serverAuth $here; cat server2.pem inter.pem > server2-chain.pem
    cat server.pem ca.pem > server-pinned.pem; cat server2.pem inter.pem ca.pem > server2-pinned.pem
    cat inter.pem server2.pem > server2-reversed.pem
    issue elsewhere ca /CN=localhost serverAuth DNS:elsewhere.example,IP:192.0.2.1
    issue nameless ca /CN=localhost serverAuth x -extensions nameless
    issue expired ca /CN=expired serverAuth $here $past
    issue future ca /CN=future serverAuth $here $future
    issue stranger other /CN=stranger serverAuth $here
    issue revoked ca /CN=revoked serverAuth,clientAuth $here
    issue client ca "/O=Test/CN=edge-7" clientAuth DNS:edge-7.example,URI:spiffe://example/edge-7,IP:192.0.2.7,IP:2001:db8::7
    issue client2 inter /CN=edge-8 clientAuth DNS:edge-8; cat client2.pem inter.pem > client2-chain.pem
    issue client-expired ca /CN=late clientAuth DNS:late $past
    issue client-stranger other /CN=edge-7 clientAuth DNS:edge-7.example
    issue accents ca "/O=Bücher & Söhne/CN=Zoë" clientAuth DNS:zoe.example
    key selfsigned
    openssl req -x509 -new -config openssl.cnf -extensions selfsigned -key selfsigned.key -subj /CN=selfsigned -days 30 \
      -out selfsigned.pem
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key
    issue weak ca /CN=weak serverAuth $here
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
    issue rsa ca /CN=rsa serverAuth $here
    openssl pkcs8 -topk8 -v2 aes-256-cbc -in server.key -passout "pass:correct horse" -out server-encrypted.key
    openssl ec -aes128 -in server.key -passout "pass:correct horse" -out server-traditional.key 2>/dev/null
    AUTHORITY=ca; openssl ca -config openssl.cnf -gencrl -out empty.crl
    openssl ca -config openssl.cnf -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z -out old.crl
    openssl ca -config openssl.cnf -revoke revoked.pem 2>/dev/null
    openssl ca -config openssl.cnf -gencrl -out ca.crl
    openssl ca -config openssl.cnf -revoke inter.pem 2>/dev/null
    openssl ca -config openssl.cnf -gencrl -out inter-revoked.crl
    AUTHORITY=inter; openssl ca -config openssl.cnf -gencrl -out inter.crl
    cat ca.crl inter.crl > both.crl; cat inter-revoked.crl inter.crl > both-inter-revoked.crl
    chmod 600 *.key
    """

  private static let configuration = """
    [ca]
    default_ca = current
    [current]
    dir = $ENV::AUTHORITY
    database = $dir.d/index.txt
    serial = $dir.d/serial
    crlnumber = $dir.d/crlnumber
    new_certs_dir = $dir.d
    certificate = $dir.pem
    private_key = $dir.key
    default_md = sha256
    default_days = 30
    default_crl_days = 30
    policy = anything
    unique_subject = no
    string_mask = utf8only
    [anything]
    organizationName = optional
    commonName = optional
    [req]
    distinguished_name = nothing
    prompt = no
    string_mask = utf8only
    [nothing]
    [authority]
    basicConstraints = critical,CA:TRUE
    keyUsage = critical,keyCertSign,cRLSign
    subjectKeyIdentifier = hash
    [leaf]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature
    extendedKeyUsage = $ENV::USE
    subjectAltName = $ENV::NAMES
    subjectKeyIdentifier = hash
    [nameless]
    basicConstraints = CA:FALSE
    extendedKeyUsage = $ENV::USE
    [selfsigned]
    basicConstraints = CA:FALSE
    subjectAltName = DNS:localhost,IP:127.0.0.1
    """
}

/// Removes a folder when the process ends.
private final class FolderRemoval: @unchecked Sendable {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var folders: [String] = []

  func register(_ folder: String) {
    Self.lock.withLock { Self.folders.append(folder) }
    atexit { FolderRemoval.removeAll() }
  }

  private static func removeAll() {
    lock.withLock { folders.forEach { try? FileManager.default.removeItem(atPath: $0) } }
  }
}
