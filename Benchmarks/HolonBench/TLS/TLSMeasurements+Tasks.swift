/// Tasks and results through a whole node.
extension TLSMeasurements {
  private static let childCount = 64

  /// CPU per task for trees that differ in who encrypts their links.
  func tasks() async throws -> [String] {
    let trees = try await startTrees()
    var lines: [String] = []
    for (payload, count) in [(64 << 10, 2_000), (1 << 10, 8_000)] {
      var series = trees.map { _ in TreeSeries() }
      for _ in 0..<rounds {
        for (index, tree) in trees.enumerated() {
          try await run(tree.tree, tasks: short ? 20 : 200, payload: payload)
          try await series[index].add(tree.tree, count: short ? count / 20 : count) {
            try await run(tree.tree, tasks: $0, payload: payload)
          }
        }
      }
      lines += table(payload: payload, trees.map(\.name), series)
    }
    for tree in trees { await tree.tree.end() }
    return lines
  }

  private func startTrees() async throws -> [(name: String, tree: Experiment.Tree)] {
    let encryptions: [(String, LinkEncryption?)] = [
      ("plain", nil),
      ("children by the node", encryption(.node, isParentEncrypted: false)),
      ("children by nginx", encryption(.nginx(nginx), isParentEncrypted: false)),
      ("children and parent by the node", encryption(.node, isParentEncrypted: true)),
    ]
    var trees: [(name: String, tree: Experiment.Tree)] = []
    for (name, encryption) in encryptions {
      let tree = try await experiment.start(
        depth: 1, children: Self.childCount, payloadBytes: 0, encryption: encryption, group: group)
      trees.append((name, tree))
    }
    for tree in trees {
      try await wait("the children poll") { tree.tree.parent.parkedPolls >= Self.childCount - 4 }
    }
    return trees
  }

  private func encryption(_ children: LinkEncryption.Children, isParentEncrypted: Bool) -> LinkEncryption {
    LinkEncryption(certificate: certificate, children: children, isParentEncrypted: isParentEncrypted)
  }

  private func run(_ tree: Experiment.Tree, tasks: Int, payload: Int) async throws {
    tree.parent.reset(payloadBytes: payload)
    tree.parent.release(tasks)
    try await wait("all results are in", seconds: 300) { tree.parent.results >= tasks }
  }

  private func table(payload: Int, _ names: [String], _ series: [TreeSeries]) -> [String] {
    let rows = zip(names, series).map { name, tree in
      let bytes = tree.rate.median * Double(2 * payload) / 1e6
      let cost = tree.node.median + (tree.front?.median ?? 0)
      return "| \(name) | \(rounded(tree.rate.median)) | \(rounded(bytes)) | \(tree.node.text("µs")) "
        + "| \(tree.front?.text("µs") ?? "–") | \(rounded(cost / series[0].node.median, places: 2)) |"
    }
    return [
      "## TLS: tasks with \(payload >> 10) KiB each way", "",
      "| TLS | tasks/s | MB/s | node CPU per task | nginx CPU per task | together, to plain |",
      "| --- | --- | --- | --- | --- | --- |",
    ] + rows + [""]
  }
}

/// What one tree took, a value for each round.
private struct TreeSeries {
  /// Tasks a second.
  var rate = Series()
  /// CPU of the node for each task, in microseconds.
  var node = Series()
  /// The same of what stands in front of it.
  var front: Series?

  mutating func add(_ tree: Experiment.Tree, count: Int, _ load: (_ count: Int) async throws -> Void) async throws {
    let before = (tree.node?.usage(), tree.front?.usage())
    try await load(count)
    guard let nodeBefore = before.0, let nodeAfter = tree.node?.usage() else {
      throw BenchmarkFailure("the node has ended")
    }
    rate.append(Double(count) / seconds(tree.parent.elapsed ?? .zero))
    node.append((nodeAfter.cpuSeconds - nodeBefore.cpuSeconds) / Double(count) * 1e6)
    if let frontBefore = before.1, let frontAfter = tree.front?.usage() {
      front = front ?? Series()
      front?.append((frontAfter.cpuSeconds - frontBefore.cpuSeconds) / Double(count) * 1e6)
    }
  }
}
