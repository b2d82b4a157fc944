import RXON
import Testing

@Suite("Models")
struct ModelTests {
  @Test("a task is read, and what it does not know is kept and written again")
  func task() throws {
    let task = try TaskPayload(bytes: Array(Samples.task.utf8))
    #expect(task.jobID == "job-1")
    #expect(task.params?["note"]?.stringValue == "é \"x\"")
    #expect(task.tracingContext == ["traceparent": "00-ab-cd-01"])
    #expect(task.paramsMetadata?["f"]?.size == 5)
    #expect(task.priority == 2.5)
    #expect(task.allowedSkills == ["render", "echo"])
    #expect(task.skillVersion == "2")
    #expect(task.skillType == "gpu")
    #expect(task.unknown.map(\.name) == ["skill_version", "skill_type", "orchestrator_signature"])
    #expect(try TaskPayload(bytes: task.encoded()) == task)
  }

  @Test("members equal to their default are left out")
  func defaults() {
    let result = TaskResult(jobID: "j", taskID: "t")
    #expect(result.status == TaskStatus.success)
    #expect(String(decoding: result.encoded(), as: UTF8.self) == #"{"job_id":"j","task_id":"t"}"#)
  }

  @Test(
    "what is wrong is named with its path",
    arguments: [
      (
        #"{"worker_id":"w","supported_skills":[{"name":"a"},{"name":1}]}"#,
        "'supported_skills[1].name' must be a string"
      ),
      (#"{"worker_id":"w","supported_skills":["echo"]}"#, "'supported_skills[0]' must be an object"),
      (#"{"worker_id":"w","supported_skills":[{}]}"#, "'supported_skills[0].name' is missing"),
      (
        #"{"worker_id":"w","capabilities":{"cost_per_skill":{"a":"x"}}}"#,
        "'capabilities.cost_per_skill.a' must be a number"
      ),
      (#"{"worker_id":"w","timestamp":1.5}"#, "'timestamp' must be an integer"),
      (#"{"worker_id":"w","metadata":[]}"#, "'metadata' must be an object"),
      (#"{"worker_id":"w","available_skills":"a"}"#, "'available_skills' must be a list"),
      (#"{"worker_id":null}"#, "'worker_id' must be a string"), ("{}", "'worker_id' is missing"),
      ("[]", "the message must be an object"), (#"{"worker_id":"w",}"#, "unexpected '}' at byte 17"),
    ])
  func errors(text: String, description: String) {
    #expect {
      try WorkerRegistration(bytes: Array(text.utf8))
    } throws: { error in
      "\(error)" == description
    }
  }

  @Test("of duplicate members the later wins")
  func duplicates() throws {
    let command = try WorkerCommand(bytes: Array(#"{"command":"a","task_id":"t","command":"b","task_id":null}"#.utf8))
    #expect(command == WorkerCommand(command: "b"))
  }

  @Test("names with escapes are the names they stand for")
  func escapedNames() throws {
    #expect(try WorkerCommand(bytes: Array(#"{"comm\u0061nd":"a"}"#.utf8)) == WorkerCommand(command: "a"))
  }

  @Test("an integer beyond 64 bits is refused", arguments: ["9223372036854775808", "1e3", "-9223372036854775809"])
  func integers(text: String) {
    #expect(throws: ModelError.self) {
      try TokenResponse(bytes: Array(#"{"access_token":"a","worker_id":"w","expires_in":\#(text)}"#.utf8))
    }
  }

  @Test("a part that was taken out keeps its meaning when the document is gone")
  func slices() throws {
    var params: RawJSON?
    do { params = try TaskPayload(bytes: Array(Samples.task.utf8)).params }
    #expect(params?["frame"]?.integerValue == 12)
    #expect(params?.detached() == params)
  }
}

@Suite("Identifiers, chains, error codes")
struct IdentityTests {
  @Test("strictly, a line feed at the end is refused", arguments: ["a\n", "", "a/b", "a\0", "é"])
  func identifiers(text: String) {
    #expect(!Identifier.isStrictlyValid(text))
  }

  @Test("the sender joins the chain once, the origin never")
  func chain() {
    #expect(BubblingChain.appending("b", to: nil, origin: "a") == ["b"])
    #expect(BubblingChain.appending("b", to: ["b", "c"], origin: "a") == ["b", "c"])
    #expect(BubblingChain.appending("a", to: ["b"], origin: "a") == ["b"])
    #expect(BubblingChain.isLoop(["b"], origin: "a", at: "b"))
    #expect(BubblingChain.isLoop(nil, origin: "a", at: "a"))
    #expect(!BubblingChain.isLoop(["b"], origin: "a", at: "c"))
  }

  @Test("the orchestrator retries what is neither permanent nor the job's own fault")
  func codes() {
    #expect(ErrorCode.standard.filter { !$0.isRetriedByParent }.count == 6)
    #expect(ErrorCode("SOMETHING_ELSE").isRetriedByParent)
    #expect(Set(ErrorCode.standard).count == 13)
  }
}
