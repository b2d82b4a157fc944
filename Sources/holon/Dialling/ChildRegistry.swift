import Glibc
import HolonNode
import HolonRouting
import RXON

/// The children's ways in, at the running node where there is one, else in the journal itself. Blocks.
struct ChildRegistry {
  /// The path of the node's journal.
  let journal: String

  /// Only stands in the request.
  private static let node = Endpoint(scheme: "http", host: "localhost")

  func entries() throws(CommandFailure) -> [ChildAccessEntry] {
    guard let answer = try ask("GET", "/children") else { return try stored().entries }
    return (answer["children"]?.elements ?? []).compactMap(ChildAccessEntry.init(json:))
  }

  /// - Returns: the new token where one was made.
  func change(_ change: ChildAccessChange, of child: String) async throws(CommandFailure) -> String? {
    // It becomes a part of a path.
    guard Identifier.isStrictlyValid(child) else {
      throw CommandFailure(.usage, ChildAccessRefusal.invalidID(child).description)
    }
    if let answer = try ask("POST", "/children/\(child)/\(change.rawValue)") { return answer["token"]?.stringValue }
    let stored = try stored()
    do throws(ChildAccessRefusal) {
      return try await stored.change(change, of: child)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  private func stored() throws(CommandFailure) -> StoredChildAccess {
    do throws(JournalFailure) {
      return try StoredChildAccess(journal: journal)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// - Returns: nil when no node runs.
  private func ask(_ method: String, _ path: String) throws(CommandFailure) -> RawJSON? {
    let socket = ControlSocket.path(journal: journal)
    let answer: HTTPQuestion.Answer
    do throws(Dialler.Failure) {
      guard let connection = try Dialler().connect(toSocket: socket) else { return nil }
      answer = try HTTPQuestion(method: method, endpoint: Self.node, path: path).ask(over: connection)
    } catch {
      throw CommandFailure(.failed, "\(socket): \(error.reason)")
    }
    guard let json = try? RawJSON(validating: answer.body) else {
      throw CommandFailure(.failed, "\(socket): the answer (status \(answer.status)) is not JSON")
    }
    guard answer.status == 200 else {
      throw CommandFailure(.failed, json["error"]?.stringValue ?? "\(socket): status \(answer.status)")
    }
    return json
  }
}
