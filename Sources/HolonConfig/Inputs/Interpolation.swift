/// Replaces `${NAME}` by a variable's value and `${NAME:-text}` by `text` where it is not set; `$${` is a plain `${`.
struct Interpolation: Sendable {
  let environment: [String: String]

  struct Expanded: Sendable {
    var text: String
    /// The variables that were asked for.
    var variables: [String] = []
  }

  func expand(_ written: String) -> Result<Expanded, ValueProblem> {
    guard written.contains("${") else { return .success(Expanded(text: written)) }
    var expanded = Expanded(text: "")
    var rest = written[...]
    while let dollar = rest.firstIndex(of: "$") {
      expanded.text += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        expanded.text += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        guard let end = rest.firstIndex(of: "}") else {
          return .failure(ValueProblem("has a ${ without its }", remedy: "close it, or write $${ for a plain ${"))
        }
        switch resolve(rest[..<end].dropFirst(2)) {
        case .success(let (name, value)):
          expanded.variables.append(name)
          expanded.text += value
        case .failure(let problem):
          return .failure(problem)
        }
        rest = rest[end...].dropFirst()
      } else {
        expanded.text += "$"
        rest = rest.dropFirst()
      }
    }
    expanded.text += rest
    return .success(expanded)
  }

  private func resolve(_ reference: Substring) -> Result<(name: String, value: String), ValueProblem> {
    let name = reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    let rest = reference.dropFirst(name.count)
    guard !name.isEmpty, rest.isEmpty || rest.hasPrefix(":-") else {
      return .failure(
        ValueProblem("has a malformed ${…}", remedy: "write ${NAME} or ${NAME:-default}, or $${ for a plain ${"))
    }
    if let value = environment[String(name)], !value.isEmpty { return .success((String(name), value)) }
    guard rest.isEmpty else { return .success((String(name), String(rest.dropFirst(2)))) }
    return .failure(
      ValueProblem(
        "needs the variable \(name), which is not set", remedy: "export \(name), or write ${\(name):-default}"))
  }
}
