import RXON
import Testing

@Suite("A task as it arrives")
struct PolledTaskTests {
  @Test("A sound task keeps the bytes in which it came")
  func soundTask() throws {
    let json = try RawJSON(validating: #"{"task_id":"t","job_id":"j", "type":"echo","extra":1.0}"#)
    let task = try PolledTask(arrived: json)
    #expect(task.json == json)
    #expect(task.defect == nil)
  }

  @Test("A deadline with a fraction is rounded down, for the workers that would not survive it")
  func fractionalDeadline() throws {
    let json = try RawJSON(validating: #"{"job_id":"j","task_id":"t","type":"echo","deadline":1760000000.75}"#)
    let task = try PolledTask(arrived: json)
    #expect(task.payload.deadline == 1_760_000_000)
    #expect(task.json["deadline"]?.integerValue == 1_760_000_000)
    #expect(task.defect == nil)
  }

  @Test("A deadline under a signature is not touched; the task has a defect")
  func signedFractionalDeadline() throws {
    let json = try RawJSON(
      validating: #"{"job_id":"j","task_id":"t","type":"echo","deadline":1760000000.75,"sig":"ab"}"#)
    let task = try PolledTask(arrived: json)
    #expect(task.json == json)
    #expect(task.defect != nil)
  }

  @Test(
    "A malformed task that names itself has a defect, so that its parent can be told",
    arguments: [
      #"{"job_id":"j","task_id":"t"}"#, #"{"job_id":"j","task_id":"t","type":"x","priority":"high"}"#,
      #"{"job_id":"j","task_id":"t","type":"x","deadline":1e300}"#,
    ])
  func malformedTask(text: String) throws {
    let task = try PolledTask(arrived: RawJSON(validating: text))
    #expect(task.payload.jobID == "j")
    #expect(task.payload.taskID == "t")
    #expect(task.defect != nil)
  }

  @Test("What names no task is an error", arguments: [#"{"job_id":"j"}"#, #"{"job_id":1,"task_id":"t","type":"x"}"#])
  func namelessTask(text: String) throws {
    #expect(throws: ModelError.self) { try PolledTask(arrived: RawJSON(validating: text)) }
  }
}
