import Glibc

/// A value behind a lock that threads can wait on. Waiting is measured on the monotonic clock.
final class Monitor<Value>: @unchecked Sendable {
  // All access to `value` is made with `mutex` held.
  private var value: Value
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Changes the value, and wakes those who wait when `body` returns true.
  func update(_ body: (inout Value) -> Bool) {
    pthread_mutex_lock(mutex)
    let wakes = body(&value)
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_broadcast(condition) }
  }

  func read<T>(_ body: (Value) -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(value)
  }

  enum Step<T> {
    case done(T)
    case wait
    /// A point of ``MonotonicClock``.
    case waitUntil(nanoseconds: Int)
  }

  /// Repeats `body`, waiting between its calls as it says, until it is done.
  func wait<T>(_ body: (inout Value) -> Step<T>) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      switch body(&value) {
      case .done(let result): return result
      case .wait: pthread_cond_wait(condition, mutex)
      case .waitUntil(let nanoseconds):
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &time)
      }
    }
  }
}

/// Nanoseconds of the clock that conditions wait on.
enum MonotonicClock {
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  static func nanoseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(clamping: seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}

/// Unix seconds.
func wallClockSeconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return time.tv_sec
}
