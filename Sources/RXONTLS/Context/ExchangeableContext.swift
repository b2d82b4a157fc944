import Synchronization

/// A context that new connections take, and that can be exchanged while they are being made: connections that are open
/// stay with the one they began with. Thread-safe.
public final class ExchangeableContext<Context: Sendable>: Sendable {
  private let context: Mutex<Context>

  public init(_ context: Context) {
    self.context = Mutex(context)
  }

  public var current: Context { context.withLock { $0 } }

  public func exchange(_ new: Context) {
    context.withLock { $0 = new }
  }
}

/// What a listener encrypts its connections with.
public typealias TLSServerContexts = ExchangeableContext<TLSServerContext>

/// What a transport encrypts its connections with.
public typealias TLSClientContexts = ExchangeableContext<TLSClientContext>
