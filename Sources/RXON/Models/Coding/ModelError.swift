/// Why JSON is not the model that was asked for.
public struct ModelError: Error, Sendable, Hashable {
  /// What is wrong with the message.
  public enum Problem: Sendable, Hashable {
    case json(JSONError)
    /// A required member is absent or null.
    case missing
    case wrongType(expected: String)
  }

  /// What is wrong at `path`.
  public var problem: Problem
  /// Names and indices from the outside in: `supported_skills[1].name`. Empty for the model itself.
  public var path: String

  public init(_ problem: Problem, path: String = "") {
    self.problem = problem
    self.path = path
  }

  init(_ error: JSONError) {
    self.init(.json(error))
  }

  /// The same error, seen from the container.
  func within(_ container: String) -> ModelError {
    if case .json = problem { return self }
    let joint = path.isEmpty || path.utf8.first == UInt8(ascii: "[") ? "" : "."
    return ModelError(problem, path: container + joint + path)
  }
}

extension ModelError: CustomStringConvertible {
  /// For a person; names members, never values.
  public var description: String {
    let subject = path.isEmpty ? "the message" : "'\(path)'"
    return switch problem {
    case .json(let error): error.description
    case .missing: "\(subject) is missing"
    case .wrongType(let expected): "\(subject) must be \(expected)"
    }
  }
}
