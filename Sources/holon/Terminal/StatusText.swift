import RXON

/// A node's status for people: single values first, then what is many, as tables.
struct StatusText {
  private let report: RawJSON

  init(_ report: RawJSON) {
    self.report = report
  }

  var text: String {
    let members = report.members
    let width = members.map(\.name.count).max() ?? 0
    let singles = members.filter { $0.value.kind != .array && !Self.isLong($0.value) }
    let lines = singles.map { member in
      let name = Self.title(member.name)
      return name + String(repeating: " ", count: max(0, width - name.count) + 2) + Self.inline(member.value)
    }
    let blocks = members.filter { $0.value.kind == .array || Self.isLong($0.value) }.map(block)
    return ([lines.joined(separator: "\n")] + blocks).joined(separator: "\n\n")
  }

  private func block(_ member: JSONMember) -> String {
    let title = "\(Self.title(member.name)):"
    let rows = member.value.elements
    guard member.value.kind == .array else { return "\(title)\n\(Self.pairs(member.value.members))" }
    guard let first = rows.first else { return "\(title) none" }
    guard first.kind == .object else { return "\(title) \(Self.inline(member.value))" }
    let columns = rows.reduce(into: [String]()) { columns, row in
      for cell in row.members where !columns.contains(cell.name) { columns.append(cell.name) }
    }
    var table = Table(columns: columns.map(Self.title))
    for row in rows {
      table.append(columns.map { row[$0].map(Self.inline) ?? "" })
    }
    return "\(title)\n\(table.text)"
  }

  private static func pairs(_ members: [JSONMember]) -> String {
    var table = Table(columns: ["name", "value"])
    for member in members { table.append([member.name, inline(member.value)]) }
    return table.text
  }

  private static func isLong(_ value: RawJSON) -> Bool {
    value.kind == .object && value.members.count > 4
  }

  private static func title(_ name: String) -> String {
    name.replacing("_", with: " ")
  }

  private static func inline(_ value: RawJSON) -> String {
    switch value.kind {
    case .string: Table.printable(value.stringValue ?? "")
    case .bool: value.boolValue == true ? "yes" : "no"
    case .null: "-"
    case .number: value.string
    case .array: value.elements.isEmpty ? "-" : value.elements.map(inline).joined(separator: ",")
    case .object: value.members.map { "\(title($0.name)) \(inline($0.value))" }.joined(separator: ", ")
    }
  }
}
