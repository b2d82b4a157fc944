/// The text with escapes for what would break the line, or be acted on by a terminal: what is written in a configuration
/// file must not look like another message.
func oneLine(_ text: String) -> String {
  guard !text.unicodeScalars.allSatisfy(isPlain) else { return text }
  return text.unicodeScalars.reduce(into: "") { line, scalar in
    if isPlain(scalar) {
      line.unicodeScalars.append(scalar)
    } else {
      line += scalar.escaped(asASCII: true)
    }
  }
}

private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
  default: true
  }
}
