public import RXON

/// Whether a heartbeat should carry the present usage: when it moved by more than the dead band since it was last told,
/// or was not told for a while.
public struct UsageDeadBand: Sendable {
  /// Percentage points of a load; per cent of an amount.
  public let width: Double
  /// Told at least this often.
  public let longestSilence: Duration
  private var told: ResourcesUsage?
  private var toldAt: Duration = .zero

  public init(width: Double = 5, longestSilence: Duration = .seconds(60)) {
    self.width = width
    self.longestSilence = longestSilence
  }

  /// The usage if it is worth telling now; it then counts as told.
  public mutating func worthTelling(_ usage: ResourcesUsage, at now: Duration) -> ResourcesUsage? {
    if let told, now - toldAt < longestSilence, !hasMoved(usage, from: told) { return nil }
    told = usage
    toldAt = now
    return usage
  }

  /// The heartbeat with the usage failed, or the parent forgot it.
  public mutating func forget() {
    told = nil
  }

  private func hasMoved(_ usage: ResourcesUsage, from told: ResourcesUsage) -> Bool {
    if abs(usage.cpuLoadPercent - told.cpuLoadPercent) >= width { return true }
    if abs(usage.ramUsedGB - told.ramUsedGB) * 100 >= width * max(told.ramUsedGB, 0.1) { return true }
    let devices = usage.devicesUsage ?? []
    let before = told.devicesUsage ?? []
    guard devices.count == before.count else { return true }
    return zip(devices, before).contains { now, then in
      now.unitID != then.unitID || abs(now.loadPercent - then.loadPercent) >= width
    }
  }
}
