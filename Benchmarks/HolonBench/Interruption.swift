import Dispatch
import Foundation

/// Leaves nothing behind when a signal ends the benchmark.
final class Interruption {
  private let source: any DispatchSourceSignal

  init(_ signal: Int32, directory: String) {
    Foundation.signal(signal, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
    source.setEventHandler {
      Subprocess.endAll()
      try? FileManager.default.removeItem(atPath: directory)
      exit(128 + signal)
    }
    source.resume()
  }
}
