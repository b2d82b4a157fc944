import Glibc
import HolonPKI

/// What a join writes, and what it finds of an earlier one that was cut short.
struct JoinFolder {
  let path: String

  /// - Parameter path: a relative one starts at the working directory; the configuration needs the absolute one.
  init(_ path: String) {
    var absolute = path
    if !path.hasPrefix("/"), let working = getcwd(nil, 0) {
      absolute = "\(String(cString: working))/\(path)"
      free(working)
    }
    while absolute.count > 1, absolute.hasSuffix("/") { absolute.removeLast() }
    self.path = absolute
  }

  var keyFile: String { "\(path)/node.key" }
  var certificateFile: String { "\(path)/node.pem" }
  var authorityFile: String { "\(path)/ca.pem" }
  var configurationFile: String { "\(path)/config.yaml" }
  /// The authority's answer, from its arrival until all is written: with it a join goes on without the invitation, which
  /// is used up.
  var answerFile: String { "\(path)/join.json" }

  /// Nothing of somebody else's is in the way.
  func expectRoom() throws(PKIFailure) {
    guard !DurableFile.exists(answerFile) else { return }
    for file in [configurationFile, certificateFile, authorityFile] where DurableFile.exists(file) {
      throw PKIFailure(
        .exists,
        "\(file) exists and is not overwritten: this machine has joined already, or the folder serves something else; "
          + "choose another --folder")
    }
  }

  /// Clears away what an attempt that was killed has left half-written.
  func tidy() {
    for file in [keyFile, answerFile, authorityFile, certificateFile, configurationFile] {
      DurableFile.removeDrafts(of: file)
    }
  }

  /// The key of an earlier attempt, else a new one. It never leaves this machine.
  func key() throws(PKIFailure) -> PrivateKey {
    if DurableFile.exists(keyFile) {
      do throws(PKIFailure) {
        return try PrivateKey(pem: DurableFile.readSecret(keyFile))
      } catch {
        throw PKIFailure(error.kind, "\(keyFile): \(error.message); move it away to have a new one made")
      }
    }
    let key = try PrivateKey.generate()
    try DurableFile.makeFolder(path, readers: .everyone)
    try DurableFile.create(keyFile, try key.exposedPEM, readers: .owner)
    return key
  }

  /// The answer that an earlier attempt was given.
  func answer() throws(PKIFailure) -> EnrolmentAnswer? {
    guard DurableFile.exists(answerFile) else { return nil }
    return try EnrolmentAnswer(Array(DurableFile.readText(answerFile).utf8))
  }

  func keep(_ answer: EnrolmentAnswer) throws(PKIFailure) {
    try DurableFile.create(answerFile, String(decoding: answer.body, as: UTF8.self), readers: .owner)
  }

  /// Writes what the answer brought. The configuration comes last: with it the join is complete.
  func install(_ answer: EnrolmentAnswer, configuration: String) throws(PKIFailure) {
    try DurableFile.replace(authorityFile, answer.authority, readers: .everyone)
    try DurableFile.replace(certificateFile, answer.certificate, readers: .everyone)
    if !DurableFile.exists(configurationFile) {
      try DurableFile.create(configurationFile, configuration, readers: .everyone)
    }
    try DurableFile.remove(answerFile)
  }
}
