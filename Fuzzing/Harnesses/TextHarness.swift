import HolonPKI
import RXON
import RXONHTTP
import RXONWire

extension Harness {
  /// The small languages: addresses, identifiers, dates, join strings. Any text.
  static let text = Harness(name: "text") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    if let endpoint = try? Endpoint(text) {
      let again = try requireSuccess("an endpoint that was written can be read") { try Endpoint(endpoint.description) }
      try require(again == endpoint, "an endpoint that was written reads back as itself")
    }
    if let seconds = HTTPDate.parse(text), seconds < Self.endOfFourDigitYears {
      try require(HTTPDate.parse(HTTPDate.format(unixSeconds: seconds)) == seconds, "a date reads back as itself")
    }
    if let blob = try? BlobURI(parsing: text) {
      let again = try requireSuccess("a blob's URI that was written can be read") {
        try BlobURI(parsing: blob.description)
      }
      try require((again.bucket, again.key) == (blob.bucket, blob.key), "a blob's URI reads back as itself")
    }
    if let joining = try? JoinString(text) {
      let again = try requireSuccess("a join string that was written can be read") {
        try JoinString(joining.exposedText)
      }
      try require(again == joining, "a join string that was written reads back as itself")
    }
    var receipts = ReceiptHeader.receipts(text)
    let before = receipts
    if let value = ReceiptHeader.takeValue(from: &receipts) {
      let taken = ReceiptHeader.receipts(value)
      try require(taken + receipts == before, "receipts that were written read back as themselves")
    }
    try require(
      !Identifier.isStrictlyValid(text) || Identifier.isValid(text), "what is strictly an identifier is one")
  }

  /// The Unix time at which the year 10000 begins.
  private static let endOfFourDigitYears = 253_402_300_800
}
