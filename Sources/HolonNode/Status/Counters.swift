/// Counts what happened, by bounded names and labels.
///
/// Names are the node's own words; a label is a word of a small fixed set (a reason, a status), never an identifier.
struct Counters: Sendable {
  struct Name: Hashable, Sendable {
    var name: String
    var label: String?
  }

  private(set) var values: [Name: Int] = [:]

  mutating func add(_ name: String, label: String? = nil, _ count: Int = 1) {
    values[Name(name: name, label: label), default: 0] += count
  }

  var sorted: [(name: Name, value: Int)] {
    values.sorted { ($0.key.name, $0.key.label ?? "") < ($1.key.name, $1.key.label ?? "") }
      .map { ($0.key, $0.value) }
  }
}
