import Glibc

/// A thread of its own for work that blocks.
enum WriterThread {
  private final class Entry {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
      self.body = body
    }
  }

  /// - Parameter name: up to 15 characters, as the system's tools show it.
  /// - Returns: false when the system gives no thread; then `body` is never called.
  static func start(name: StaticString, _ body: sending @escaping () -> Void) -> Bool {
    let entry = Unmanaged.passRetained(Entry(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Entry>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, entry.toOpaque())
    guard code == 0 else {
      entry.release()
      return false
    }
    name.withUTF8Buffer { _ = $0.withMemoryRebound(to: CChar.self) { pthread_setname_np(thread, $0.baseAddress) } }
    pthread_detach(thread)
    return true
  }
}
