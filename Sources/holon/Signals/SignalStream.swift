@preconcurrency import Dispatch
import Glibc

/// The signals that the process gets from now on, of those that are named.
///
/// Their default actions are switched off, so none ends the process before it is read.
func signalStream(_ numbers: [Int32]) -> AsyncStream<Int32> {
  AsyncStream(bufferingPolicy: .bufferingNewest(16)) { continuation in
    let sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.resume()
      return source
    }
    continuation.onTermination = { _ in
      for source in sources { source.cancel() }
    }
  }
}
