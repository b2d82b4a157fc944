/// Messages as they are on the wire.
enum Samples {
  static let task = """
    {"job_id":"job-1","task_id":"task-1","type":"render","params":{"frame":12,"note":"\\u00e9 \\"x\\""},
     "tracing_context":{"traceparent":"00-ab-cd-01"},"params_metadata":{"f":{"uri":"s3://b/k","size":5,"zz":1}},
     "priority":2.5,"deadline":1760000000,"metadata":{"m":1.0},"policy":{"allowed_skills":["render","echo"]},
     "sig":"cdcd","step":3,"skill_version":"2","skill_type":"gpu","orchestrator_signature":null}
    """
}
