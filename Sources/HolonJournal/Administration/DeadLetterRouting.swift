import HolonRouting
import RXON

/// What a task needs to be offered again: kept with its dead letter, else read from its content.
struct DeadLetterRouting {
  let skill: String
  let priority: Double
  let deadline: Int?

  init(_ entry: JournalEntry, content: [UInt8]) throws(JournalFailure) {
    if let skill = entry.skill {
      self.skill = skill
      priority = entry.priority ?? 0
      deadline = entry.deadline
      return
    }
    do throws(ModelError) {
      let task = try TaskPayload(bytes: content)
      skill = task.type
      priority = task.priority
      deadline = task.deadline
    } catch {
      throw .other("dead letter \(entry.number) is not a readable task: \(error)")
    }
  }
}
