/// The number of single-character insertions, deletions, replacements and swaps of neighbours between two words.
func editDistance(_ first: String, _ second: String) -> Int {
  let left = Array(first.unicodeScalars)
  let right = Array(second.unicodeScalars)
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    for column in right.indices {
      let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
      var distance = min(replaced, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        distance = min(distance, beforePrevious[column - 1] + 1)
      }
      current.append(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.count]
}

/// The candidate that `word` was most likely meant to be; nil when none is close. Case does not matter.
func nearestWord(to word: String, among candidates: some Sequence<String>) -> String? {
  let longest = 128
  guard word.unicodeScalars.count <= longest else { return nil }
  let written = word.lowercased()
  let tolerance = max(1, written.unicodeScalars.count / 3)
  let ranked = candidates.map { (candidate: $0, distance: editDistance(written, $0.lowercased())) }
  guard let best = ranked.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }),
    best.distance <= tolerance
  else { return nil }
  return best.candidate
}
