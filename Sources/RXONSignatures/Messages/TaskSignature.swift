public import RXON

/// The `sig` of a task (protocol §3): made by the orchestrator, passed on untouched, and checked over the model view, so
/// that members added on the way do not break it.
public enum TaskSignature {
  private static let neverSigned = ["sig", "orchestrator_signature", "security", "_signature"]

  public static func sign(_ task: RawJSON, with signer: some Signer) throws(SignatureError) -> String {
    try signer.signature(of: view(of: task))
  }

  /// - Parameter task: the task as it arrived, which decodes as a `TaskPayload`.
  /// - Throws: ``SignatureError/missing`` for a task without `sig`, ``SignatureError/mismatch`` for a wrong one.
  public static func verify(_ task: RawJSON, with verifier: some Verifier) throws(SignatureError) {
    guard let signature = task["sig"]?.stringValue else { throw .missing }
    try verifier.check(signature, over: view(of: task))
  }

  private static func view(of task: RawJSON) throws(SignatureError) -> [UInt8] {
    try canonical { () throws(JSONError) in
      try ModelView.encode(task, as: TaskPayload.self, omittingTopLevel: neverSigned)
    }
  }
}
