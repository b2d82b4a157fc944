/// A skill's name, in which `*` stands for any run of characters.
public struct SkillPattern: Sendable, Hashable {
  public let text: String
  /// The literal parts between the stars.
  private let parts: [[UInt8]]

  public init(_ text: String) {
    self.text = text
    parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
  }

  public func matches(_ skill: String) -> Bool {
    let name = Array(skill.utf8)
    guard let head = parts.first, let tail = parts.last, parts.count > 1 else { return text == skill }
    guard name.count >= head.count + tail.count, name.starts(with: head),
      name.suffix(tail.count).elementsEqual(tail)
    else { return false }
    var rest = name[head.count..<(name.count - tail.count)]
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = Self.firstPlace(of: part, in: rest) else { return false }
      rest = rest[(found + part.count)...]
    }
    return true
  }

  private static func firstPlace(of part: [UInt8], in name: ArraySlice<UInt8>) -> Int? {
    guard name.count >= part.count else { return nil }
    return (name.startIndex...(name.endIndex - part.count)).first { name[$0..<($0 + part.count)].elementsEqual(part) }
  }
}
