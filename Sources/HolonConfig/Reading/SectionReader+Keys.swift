import RXONSignatures

/// Keys whose values are files with keys for signatures.
extension SectionReader {
  private static let largest = 64 << 10

  /// The file of an Ed25519 private key that only its owner and group can read; its content.
  func signingKey(_ name: String, _ summary: String) -> Secret? {
    guard let file = optional(name, .path, summary), reading.checksFiles else { return nil }
    let place = place(of: name)
    let key = path.key(name).dotted
    guard let text = content(of: file, key: key, at: place) else { return nil }
    reading.secretFile(file)
    expectPrivate(file, of: key, at: place)
    do throws(SignatureError) {
      _ = try Ed25519PrivateKey(pem: text)
    } catch {
      reading.fault(
        at: place, "\(key): \(file) holds no Ed25519 private key without a passphrase",
        remedy: "make one: openssl genpkey -algorithm ed25519 -out \(file)")
      return nil
    }
    return Secret(text)
  }

  /// The file of an Ed25519 public key; its content.
  func publicKey(_ name: String, _ summary: String) -> String? {
    guard let file = optional(name, .path, summary), reading.checksFiles else { return nil }
    return publicKey(in: file, key: path.key(name).dotted, at: place(of: name))
  }

  /// A section whose keys are free names and whose values are files of Ed25519 public keys; their contents.
  func publicKeys(_ name: String, namedBy format: ValueFormat<String>, _ summary: String) -> [String: String] {
    let key = path.key(name)
    reading.describe(
      KeyDescription(
        key: key.key("<name>").template, kind: "path", allowed: "", defaultValue: "none", isSecret: false,
        summary: summary, variable: key.key("<name>").documentedVariable, flag: nil))
    return members(name, namedBy: format).reduce(into: [:]) { keys, member in
      guard reading.checksFiles else { return }
      keys[member.key] = publicKey(
        in: member.value.text, key: key.key(member.key).dotted, at: member.value.place)
    }
  }

  private func publicKey(in file: String, key: String, at place: ConfigurationFault.Place) -> String? {
    guard let text = content(of: file, key: key, at: place) else { return nil }
    do throws(SignatureError) {
      _ = try Ed25519PublicKey(pem: text)
      return text
    } catch {
      reading.fault(
        at: place, "\(key): \(file) holds no Ed25519 public key",
        remedy: "take it from the private key: openssl pkey -in KEY -pubout -out \(file)")
      return nil
    }
  }

  private func content(of written: String, key: String, at place: ConfigurationFault.Place) -> String? {
    let file = written.hasPrefix("file:") ? String(written.dropFirst("file:".count)) : written
    do {
      return try TextFile.read(file, limit: Self.largest)
    } catch {
      reading.fault(
        at: place, "\(key): cannot read \(file): \(error.reason)",
        remedy: "create the file, or let the user that runs holon read it")
      return nil
    }
  }
}
