/// Columns of text, as wide as they need to be.
struct Table {
  private var rows: [[String]]

  init(columns: [String]) {
    rows = [columns.map { $0.uppercased() }]
  }

  mutating func append(_ row: [String]) {
    rows.append(row.map(Table.printable))
  }

  var text: String {
    let widths = rows.reduce(into: [Int](repeating: 0, count: rows[0].count)) { widths, row in
      for (column, cell) in row.enumerated() where column < widths.count {
        widths[column] = max(widths[column], cell.count)
      }
    }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }
    return lines.joined(separator: "\n")
  }

  /// Peers choose some of what is shown: control characters would reach the terminal.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
