/// Encodes in one pass over the source. Members are written as they come; an object whose members came out of order is
/// put in order once it is complete.
struct CanonicalEncoder {
  private var scanner: JSONScanner
  private var output: [UInt8] = []
  /// The members of all objects that are open, innermost last.
  private var members: [CanonicalMember] = []
  private var names: CanonicalNames
  private var rearranged: [UInt8] = []
  private let omitted: [[UInt8]]

  static func encode(
    _ json: RawJSON, omitting names: [String], schema: ModelSchema?
  ) throws(JSONError) -> [UInt8] {
    do throws(JSONError) {
      return try encodeOnce(json, omitting: names, schema: schema)
    } catch {
      // What has no canonical form may stand in a member that a later one of its name replaces.
      guard let unique = try? RawJSON(json.value()),
        let encoded = try? encodeOnce(unique, omitting: names, schema: schema)
      else { throw error }
      return encoded
    }
  }

  private static func encodeOnce(
    _ json: RawJSON, omitting names: [String], schema: ModelSchema?
  ) throws(JSONError) -> [UInt8] {
    try json.storage.withUnsafeBufferPointer { (buffer) throws(JSONError) -> [UInt8] in
      let scanner = JSONScanner(buffer, range: json.range, maximumDepth: JSONLimits.greatestDepth)
      var encoder = CanonicalEncoder(scanner, omitting: names.map { Array($0.utf8) })
      try encoder.encodeValue(depth: 0, schema.map { .model($0) } ?? .value)
      return encoder.output
    }
  }

  private init(_ scanner: JSONScanner, omitting names: [[UInt8]]) {
    self.scanner = scanner
    self.names = CanonicalNames(source: scanner.bytes)
    self.omitted = names
    output.reserveCapacity(scanner.end - scanner.position + 16)
    members.reserveCapacity(32)
  }

  private mutating func encodeValue(depth: Int, _ shape: ModelSchema.Shape) throws(JSONError) {
    guard depth <= CanonicalJSON.maximumDepth else {
      throw scanner.failure(.tooDeep(limit: CanonicalJSON.maximumDepth))
    }
    switch scanner.peek() {
    case UInt8(ascii: "\"")?: try encodeString()
    case UInt8(ascii: "{")?: try encodeObject(depth: depth, shape)
    case UInt8(ascii: "[")?: try encodeArray(depth: depth, shape)
    case UInt8(ascii: "t")?: try encodeLiteral("true")
    case UInt8(ascii: "f")?: try encodeLiteral("false")
    case UInt8(ascii: "n")?: try encodeLiteral("null")
    case nil: throw scanner.failure(.unexpectedEnd)
    default: try encodeNumber()
    }
  }

  // MARK: Scalars

  private mutating func encodeLiteral(_ literal: StaticString) throws(JSONError) {
    try scanner.expectLiteral(literal)
    output.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func encodeString() throws(JSONError) {
    append(try scanner.scanString())
  }

  private mutating func append(_ token: StringToken) {
    guard token.hasEscapes else {
      // Without escapes the source is canonical, quotes included.
      let quoted = (token.range.lowerBound - 1)..<(token.range.upperBound + 1)
      output.append(contentsOf: UnsafeBufferPointer(rebasing: scanner.bytes[quoted]))
      return
    }
    output.append(UInt8(ascii: "\""))
    scanner.unescapedBytes(of: token).withUnsafeBufferPointer { StringEscaper.append($0, to: &output) }
    output.append(UInt8(ascii: "\""))
  }

  private mutating func encodeNumber() throws(JSONError) {
    let token = try scanner.scanNumber()
    let text = UnsafeBufferPointer(rebasing: scanner.bytes[token.range])
    if let canonical = ShortNumber.canonical(text, isInteger: token.isInteger) {
      output.append(contentsOf: canonical)
      return
    }
    guard let number = JSONNumber(token, in: scanner.bytes) else {
      throw JSONError(.numberOutOfRange, at: token.range.lowerBound)
    }
    switch number {
    case .integer(let integer): DecimalWriter.append(integer, to: &output)
    case .unsigned(let integer): DecimalWriter.append(integer, to: &output)
    case .double(let double) where double.rounded(.towardZero) != double: DecimalWriter.append(double, to: &output)
    case .double(let double):
      if let integer = Int64(exactly: double) {
        DecimalWriter.append(integer, to: &output)
      } else if let integer = UInt64(exactly: double) {
        DecimalWriter.append(integer, to: &output)
      } else {
        throw JSONError(.integerOutOfRange, at: token.range.lowerBound)
      }
    }
  }

  // MARK: Arrays

  private mutating func encodeArray(depth: Int, _ shape: ModelSchema.Shape) throws(JSONError) {
    let elementShape: ModelSchema.Shape = if case .list(let schema) = shape { .model(schema) } else { .value }
    scanner.advance()
    output.append(UInt8(ascii: "["))
    if !scanner.take(UInt8(ascii: "]")) {
      var isFirst = true
      repeat {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        try encodeValue(depth: depth + 1, elementShape)
      } while scanner.take(UInt8(ascii: ","))
      try scanner.expect(UInt8(ascii: "]"))
    }
    output.append(UInt8(ascii: "]"))
  }

  // MARK: Objects

  private mutating func encodeObject(depth: Int, _ shape: ModelSchema.Shape) throws(JSONError) {
    scanner.advance()
    output.append(UInt8(ascii: "{"))
    let contentStart = output.count
    let firstMember = members.count
    var isOrdered = true
    if !scanner.take(UInt8(ascii: "}")) {
      repeat {
        guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected() }
        let name = names.add(try scanner.scanString(), in: scanner)
        try scanner.expect(UInt8(ascii: ":"))
        guard let memberShape = self.shape(of: name, in: shape, depth: depth) else {
          try scanner.skipValue(depth: depth)
          continue
        }
        if isOrdered, members.count > firstMember {
          isOrdered = members[members.count - 1].name.compared(to: name, in: names) < 0
        }
        try encodeMember(name, depth: depth, memberShape, contentStart: contentStart)
      } while scanner.take(UInt8(ascii: ","))
      try scanner.expect(UInt8(ascii: "}"))
    }
    if !isOrdered { rearrange(from: firstMember, contentStart: contentStart) }
    members.removeLast(members.count - firstMember)
    output.append(UInt8(ascii: "}"))
  }

  /// How to encode a member, nil for one that is left out.
  private func shape(
    of name: CanonicalName, in shape: ModelSchema.Shape, depth: Int
  ) -> ModelSchema.Shape? {
    if depth == 0, !omitted.isEmpty, isOmitted(name) { return nil }
    switch shape {
    case .model(let schema): return names.withBytes(of: name) { schema.shape(of: $0) }
    case .map(let schema): return .model(schema)
    case .value, .integer, .list: return .value
    }
  }

  private func isOmitted(_ name: CanonicalName) -> Bool {
    names.withBytes(of: name) { bytes in
      omitted.contains { $0.count == bytes.count && $0.elementsEqual(bytes) }
    }
  }

  private mutating func encodeMember(
    _ name: CanonicalName, depth: Int, _ shape: ModelSchema.Shape, contentStart: Int
  ) throws(JSONError) {
    let before = output.count
    if scanner.peek() == UInt8(ascii: "n") {
      try scanner.expectLiteral("null")
      members.append(CanonicalMember(name: name, start: before, end: before))
      return
    }
    if before > contentStart { output.append(UInt8(ascii: ",")) }
    let start = output.count
    append(name.token)
    output.append(UInt8(ascii: ":"))
    let valueStart = output.count
    try encodeValue(depth: depth + 1, shape)
    if case .integer(let standard) = shape, isInteger(standard, from: valueStart) {
      output.removeLast(output.count - before)
      members.append(CanonicalMember(name: name, start: before, end: before))
    } else {
      members.append(CanonicalMember(name: name, start: start, end: output.count))
    }
  }

  private func isInteger(_ integer: Int, from start: Int) -> Bool {
    output[start...].elementsEqual(String(integer).utf8)
  }

  /// Puts the members of the object that was just read in order. Of members with one name the later wins, also when it
  /// has nothing to show.
  private mutating func rearrange(from firstMember: Int, contentStart: Int) {
    sortMembers(from: firstMember)
    rearranged.removeAll(keepingCapacity: true)
    output.withUnsafeBufferPointer { written in
      for index in firstMember..<members.count {
        let member = members[index]
        let isLastOfItsName =
          index + 1 == members.count || member.name.compared(to: members[index + 1].name, in: names) < 0
        guard isLastOfItsName, member.start < member.end else { continue }
        if !rearranged.isEmpty { rearranged.append(UInt8(ascii: ",")) }
        rearranged.append(contentsOf: UnsafeBufferPointer(rebasing: written[member.start..<member.end]))
      }
    }
    output.removeLast(output.count - contentStart)
    output.append(contentsOf: rearranged)
  }

  /// By name; members with one name stay in the order of the source.
  private mutating func sortMembers(from firstMember: Int) {
    guard members.count - firstMember <= 24 else {
      let names = names
      members[firstMember...].sort { left, right in
        let order = left.name.compared(to: right.name, in: names)
        return order != 0 ? order < 0 : left.name.token.range.lowerBound < right.name.token.range.lowerBound
      }
      return
    }
    for index in (firstMember + 1)..<members.count {
      let member = members[index]
      var place = index
      while place > firstMember, member.name.compared(to: members[place - 1].name, in: names) < 0 {
        members[place] = members[place - 1]
        place -= 1
      }
      members[place] = member
    }
  }
}
