import RXON

/// Receipts that wait for a request to go along with, by worker. Bounded: one that is dropped costs nothing but a word in
/// the next heartbeat.
struct WaitingReceipts {
  private static let most = 4096
  private var receipts: [String: [TaskReceipt]] = [:]

  mutating func add(_ new: [TaskReceipt], of workerID: String) {
    let waiting = receipts[workerID, default: []].count
    receipts[workerID, default: []] += new.prefix(max(0, Self.most - waiting))
  }

  /// The value of the header of a request, which may not get through.
  mutating func takeValue(of workerID: String) -> String? {
    guard var waiting = receipts[workerID] else { return nil }
    let value = ReceiptHeader.takeValue(from: &waiting)
    receipts[workerID] = waiting.isEmpty ? nil : waiting
    return value
  }

  /// The request with this value did not get through, as far as is known.
  mutating func restore(_ value: String?, of workerID: String) {
    guard let value else { return }
    add(ReceiptHeader.receipts(value), of: workerID)
  }

  mutating func forget(_ workerID: String) {
    receipts[workerID] = nil
  }
}
