import Glibc
import HolonConfig
import HolonNode

/// Whether the journal's folder can be written and has room. Leaves the folder as it was.
struct JournalProbe {
  let settings: JournalConfiguration

  var findings: [Finding] {
    let writability = writability
    return writability.level == .failure ? [writability] : [writability, room] + controlSocket
  }

  /// Only where it cannot be made.
  private var controlSocket: [Finding] {
    let path = ControlSocket.path(journal: settings.path)
    guard path.utf8.count > ControlSocket.longestPath else { return [] }
    return [
      .warning(
        subject, "a running node has no control socket, whose path would have \(path.utf8.count) bytes",
        remedy: "give a journal.path of at most \(ControlSocket.longestPath - ControlSocket.suffix.utf8.count) bytes")
    ]
  }

  private static let leastRoom = 64 << 20

  private var subject: String { "journal \(settings.path)" }

  private var folder: String {
    guard let slash = settings.path.lastIndex(of: "/") else { return "." }
    return slash == settings.path.startIndex ? "/" : String(settings.path[..<slash])
  }

  private var writability: Finding {
    // SQLite makes files beside the journal, so the folder counts too.
    for path in [folder, settings.path] where access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0 {
      let reason = String(cString: strerror(errno)).lowercased()
      return .failure(subject, "\(path): \(reason)", remedy: "let the user that runs holon write there")
    }
    guard access(folder, F_OK) == 0 else {
      return .failure(subject, "the folder \(folder) does not exist", remedy: "mkdir -p \(folder)")
    }
    return .fine(subject, access(settings.path, F_OK) == 0 ? "exists and can be written" : "can be created")
  }

  private var room: Finding {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      return .failure(subject, "its disk cannot be examined: \(reason)", remedy: "check journal.path")
    }
    let blocks = Int(clamping: status.f_bavail)
    let (free, overflow) = blocks.multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    let mebibytes = (overflow ? Int.max : free) >> 20
    let wanted = settings.maxBytes >> 20
    guard mebibytes >= Self.leastRoom >> 20 else {
      return .failure(subject, "only \(mebibytes) MiB are free on its disk", remedy: "make room, or move journal.path")
    }
    guard mebibytes >= wanted else {
      return .warning(
        subject, "\(mebibytes) MiB are free on its disk, and journal.max_bytes allows \(wanted) MiB",
        remedy: "make room, or lower journal.max_bytes")
    }
    return .fine(subject, "\(mebibytes) MiB are free on its disk")
  }
}
