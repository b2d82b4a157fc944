import COpenSSL
import Synchronization

/// A shared secret for HMAC-SHA256 signatures (protocol §3). Copies share one keyed context. Thread-safe.
public struct HMACSecret: Signer, Verifier {
  private let state: KeyedState

  /// - Parameter secret: its UTF-8 bytes are the key.
  public init(_ secret: String) {
    state = KeyedState(key: Array(secret.utf8))
  }

  public func signature(of canonical: [UInt8]) throws(SignatureError) -> String {
    hexadecimal(try state.code(over: canonical))
  }

  /// Takes the same time for every wrong signature. Upper-case hexadecimal is wrong, as in the reference.
  public func verifies(_ signature: String, over canonical: [UInt8]) -> Bool {
    guard let expected = try? self.signature(of: canonical) else { return false }
    return constantTimeEquals(expected, signature)
  }
}

extension HMACSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "HMACSecret(redacted)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The context is used by one thread at a time; the lock is held for about a microsecond.
private final class KeyedState: Sendable {
  private let mac: Mutex<KeyedMAC?>
  private let failure: SignatureError?

  init(key: [UInt8]) {
    do throws(SignatureError) {
      mac = Mutex(try KeyedMAC(key: key))
      failure = nil
    } catch {
      mac = Mutex(nil)
      failure = error
    }
  }

  func code(over message: [UInt8]) throws(SignatureError) -> [UInt8] {
    let outcome = mac.withLock { mac -> Result<[UInt8], SignatureError> in
      do throws(SignatureError) {
        guard let code = try mac?.code(over: message) else {
          return .failure(failure ?? .unavailable("no HMAC-SHA256"))
        }
        return .success(code)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }
}
