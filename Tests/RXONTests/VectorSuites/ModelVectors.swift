import RXON
import Testing

@Suite("Vectors: models")
struct ModelVectors {
  static let models: [String: any RXONModel.Type] = [
    "TaskPayload": TaskPayload.self, "TaskResult": TaskResult.self, "TaskError": TaskError.self,
    "WorkerRegistration": WorkerRegistration.self, "Heartbeat": Heartbeat.self,
    "WorkerEventPayload": WorkerEventPayload.self, "WorkerCommand": WorkerCommand.self,
    "TokenResponse": TokenResponse.self, "SkillInfo": SkillInfo.self, "Resources": Resources.self,
    "HardwareDevice": HardwareDevice.self, "ResourcesUsage": ResourcesUsage.self, "DeviceUsage": DeviceUsage.self,
    "InstalledArtifact": InstalledArtifact.self, "WorkerCapabilities": WorkerCapabilities.self,
    "FileMetadata": FileMetadata.self, "SecurityContext": SecurityContext.self,
  ]

  @Test("every model has the reference's view, or is refused", arguments: try VectorFile.cases("models"))
  func view(_ vector: VectorCase) throws {
    let model = try #require(Self.models[try vector.text("model")])
    try check(vector, model)
  }

  private func check<Model: RXONModel>(_ vector: VectorCase, _ type: Model.Type) throws {
    let input = Array(try vector.text("input").utf8)
    guard vector.value["error"] == nil else {
      #expect(throws: ModelError.self) { try Model(bytes: input) }
      return
    }
    let model = try Model(bytes: input)
    let view = try ModelView.encode(RawJSON(validating: input), as: type)
    #expect(String(decoding: view, as: UTF8.self) == (try vector.text("canonical")))
    #expect(try Model(bytes: model.encoded()) == model)
  }
}
