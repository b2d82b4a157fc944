/// The date forms of HTTP (RFC 9110 §5.6.7): writes the preferred one, reads all three.
package enum HTTPDate {
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let secondsPerDay = 86_400

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  package static func format(unixSeconds: Int) -> String {
    let second = ((unixSeconds % secondsPerDay) + secondsPerDay) % secondsPerDay
    let day = (unixSeconds - second) / secondsPerDay
    let date = civilDate(daysSince1970: day)
    let weekday = weekdays[(((day + 4) % 7) + 7) % 7]
    return "\(weekday), \(padded(date.day)) \(months[date.month - 1]) \(fourDigits(date.year)) "
      + "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60)) GMT"
  }

  /// Unix seconds, or nil when `text` is no HTTP date.
  package static func parse(_ text: some StringProtocol) -> Int? {
    var fields = text.split { $0 == " " || $0 == "," || $0 == "-" }
    guard fields.count == 6 || fields.count == 5 else { return nil }
    fields.removeFirst()
    // asctime puts the month first and the year last: `Nov 6 08:49:37 1994`.
    if fields.count == 4, months.contains(where: { $0 == fields[0] }) {
      fields = [fields[1], fields[0], fields[3], fields[2]]
    }
    guard let day = Int(fields[0]), let month = months.firstIndex(where: { $0 == fields[1] }),
      let year = fullYear(fields[2]), let second = secondOfDay(fields[3]), (1...31).contains(day)
    else { return nil }
    return daysSince1970(year: year, month: month + 1, day: day) * secondsPerDay + second
  }

  /// RFC 850 dates have two digits; those mean the hundred years that the present is in the middle of.
  private static func fullYear(_ field: some StringProtocol) -> Int? {
    guard let year = Int(field), (0...9999).contains(year) else { return nil }
    return field.utf8.count == 2 ? (year < 70 ? year + 2000 : year + 1900) : year
  }

  private static func secondOfDay(_ field: some StringProtocol) -> Int? {
    let parts = field.split(separator: ":").map { Int($0) }
    guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    return hour * 3600 + minute * 60 + second
  }

  private static func fourDigits(_ year: Int) -> String {
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private static func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  /// The proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
