import RXON

/// The value of `X-Holon-Receipts`: `job:task,job:task`, each id percent-encoded.
package enum ReceiptHeader {
  /// Bytes of one value; well within what a parent takes as a field.
  package static let longest = 4 << 10

  /// What cannot be read is left out: a receipt that is lost costs nothing but a word in the next heartbeat.
  package static func receipts(_ value: String) -> [TaskReceipt] {
    value.split(separator: ",").compactMap { pair in
      let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let job = PercentEncoding.decode(parts[0]), let task = PercentEncoding.decode(parts[1])
      else { return nil }
      return TaskReceipt(jobID: job, taskID: task)
    }
  }

  /// Takes as many receipts off the front as one value has room for; one that alone is too long is dropped.
  /// - Returns: nil when there is none.
  package static func takeValue(from receipts: inout [TaskReceipt]) -> String? {
    var value = ""
    var taken = 0
    for receipt in receipts {
      let pair = PercentEncoding.encode(receipt.jobID) + ":" + PercentEncoding.encode(receipt.taskID)
      if pair.utf8.count > longest {
        taken += 1
        continue
      }
      guard value.utf8.count + pair.utf8.count < longest else { break }
      if !value.isEmpty { value += "," }
      value += pair
      taken += 1
    }
    receipts.removeFirst(taken)
    return value.isEmpty ? nil : value
  }
}
