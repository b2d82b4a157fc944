import Glibc

/// A thread of its own for work that blocks.
enum WriterThread {
  private final class Entry {
    var body: (() -> Void)?
    let finished: @Sendable () -> Void

    init(_ body: @escaping () -> Void, finished: @escaping @Sendable () -> Void) {
      self.body = body
      self.finished = finished
    }
  }

  /// - Parameter finished: called once `body` has returned and all it held on to is let go.
  /// - Returns: false when the system gives no thread; then nothing is ever called.
  static func start(_ body: sending @escaping () -> Void, finished: @escaping @Sendable () -> Void) -> Bool {
    let entry = Unmanaged.passRetained(Entry(body, finished: finished))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let entry = Unmanaged<Entry>.fromOpaque(context).takeRetainedValue()
        entry.body?()
        entry.body = nil
        entry.finished()
        return nil
      }, entry.toOpaque())
    guard code == 0 else {
      entry.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
