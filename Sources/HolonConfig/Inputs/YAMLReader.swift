import Yams

/// Reads a configuration file's YAML into a ``YAMLTree``, within limits.
struct YAMLReader {
  static let byteLimit = 1 << 20
  static let depthLimit = 16

  let file: String

  /// - Returns: an empty tree for an empty document.
  func read(_ text: String) throws(InvalidConfiguration) -> YAMLTree {
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw parserFault(error)
    }
    guard let root else { return YAMLTree(content: .scalar(nil), line: 1) }
    // The parser holds the anchors, nodes refer to them weakly.
    return try withExtendedLifetime(parser) { () throws(InvalidConfiguration) in
      try convert(root, depth: 0, parentLine: 1)
    }
  }

  private func convert(_ node: Node, depth: Int, parentLine: Int) throws(InvalidConfiguration) -> YAMLTree {
    let line = node.mark?.line ?? parentLine
    guard depth <= Self.depthLimit else {
      throw fault(line, "nesting is deeper than \(Self.depthLimit) levels", remedy: "check the indentation")
    }
    // An anchor stands before its aliases: refusing it here keeps aliases of aliases from being walked.
    guard node.anchor == nil else {
      throw fault(
        line, "anchors (&name) are not part of this configuration language",
        remedy: "write the value out, or put the text in quotes if & belongs to it")
    }
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return YAMLTree(content: .scalar(isNull ? nil : scalar.string), line: line)
    case .sequence(let sequence):
      var elements: [YAMLTree] = []
      for element in sequence {
        elements.append(try convert(element, depth: depth + 1, parentLine: line))
      }
      return YAMLTree(content: .list(elements), line: line)
    case .mapping(let mapping):
      return YAMLTree(content: .mapping(try members(of: mapping, depth: depth, line: line)), line: line)
    case .alias:
      throw fault(line, "aliases (*name) are not part of this configuration language", remedy: "write the value out")
    }
  }

  private func members(of mapping: Node.Mapping, depth: Int, line: Int) throws(InvalidConfiguration)
    -> [(key: String, keyLine: Int, value: YAMLTree)]
  {
    var members: [(key: String, keyLine: Int, value: YAMLTree)] = []
    for (key, value) in mapping {
      let keyLine = key.mark?.line ?? line
      guard case .scalar(let name) = key else {
        throw fault(keyLine, "a key must be a single word", remedy: "check the indentation and the braces")
      }
      members.append((name.string, keyLine, try convert(value, depth: depth + 1, parentLine: keyLine)))
    }
    return members
  }

  private func parserFault(_ error: any Error) -> InvalidConfiguration {
    let quoting = "check the indentation and the quotes (text with : # * & { [ or @ in it may need quotes)"
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let situation = context.map { "\($0.text), " } ?? ""
      return fault(mark.line, "not valid YAML: \(situation)\(problem)", remedy: quoting)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return fault(context.mark.line, "\(names) is written twice in one section", remedy: "keep one of them")
    case .reader(let problem, _, _, _):
      return fault(1, "not valid YAML: \(problem)", remedy: "save the file as UTF-8 text")
    default:
      return fault(1, "not valid YAML", remedy: quoting)
    }
  }

  private func fault(_ line: Int, _ problem: String, remedy: String) -> InvalidConfiguration {
    InvalidConfiguration(faults: [ConfigurationFault(at: .file(file, line: line), problem, remedy: remedy)])
  }
}
