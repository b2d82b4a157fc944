import HolonRouting
import RXON

/// What a task needs to be offered again: kept with its dead letter, or read from its content.
struct DeadLetterRouting {
  let skill: String
  let priority: Double
  let deadline: Int?
  let skillVersion: String?
  let skillType: String?

  init(_ entry: JournalEntry, content: [UInt8]) throws(JournalFailure) {
    do throws(ModelError) {
      let task = try TaskPayload(bytes: content)
      skill = entry.skill ?? task.type
      priority = entry.priority ?? task.priority
      deadline = entry.deadline ?? task.deadline
      skillVersion = task.skillVersion
      skillType = task.skillType
    } catch {
      throw .other("dead letter \(entry.number) is not a readable task: \(error)")
    }
  }
}
