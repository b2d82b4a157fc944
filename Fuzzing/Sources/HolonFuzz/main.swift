import CLibFuzzer
import FuzzHarnesses
import Glibc

/// The harness that `HOLON_FUZZ_HARNESS` names. Not an argument: libFuzzer starts itself again with those it knows.
let harness: Harness = {
  if let name = getenv("HOLON_FUZZ_HARNESS"), let harness = Harness.named(String(cString: name)) { return harness }
  print("HOLON_FUZZ_HARNESS must name one of \(Harness.all.map(\.name).joined(separator: ", "))")
  exit(2)
}()

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let status = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
  do {
    try MainActor.assumeIsolated { try harness.run(Array(UnsafeBufferPointer(start: start, count: count))) }
  } catch {
    // libFuzzer takes it for the crash that it is.
    fatalError("\(error)")
  }
  return 0
}
exit(status)
