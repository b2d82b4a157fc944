import Glibc

/// What a crash would leave behind holds tokens and keys: a core file all of them, Swift's backtrace those that a
/// register points to. (After a signal from outside that backtrace also lets the process go on.)
enum CrashTraces {
  private static let signals = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

  /// For this process and those that it starts. Whoever sets `SWIFT_BACKTRACE` wants the backtrace.
  static func forbid() {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for number in signals { signal(number, SIG_DFL) }
  }
}
