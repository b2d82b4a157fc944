import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Channel {
  /// Lets the kernel take little more than it can send at once. What lies in its buffer can no more be overtaken, and
  /// that buffer grows to megabytes: a heartbeat would wait behind them on a slow link.
  package func limitUnsentBytes() {
    let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_NOTSENT_LOWAT))
    // Not every channel is a TCP socket; on others there is nothing to limit.
    setOption(option, value: 64 << 10).whenFailure { _ in }
  }
}
