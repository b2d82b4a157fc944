import HolonConfig
import Testing

@Suite("Secrets")
struct SecretTests {
  @Test("a secret never shows itself")
  func redacted() throws {
    let configuration = try load(minimal + "children: { token: hunter2, tokens: { w: hunter2 } }").configuration
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(!"\(configuration)".contains("hunter2"))
    #expect(!String(reflecting: configuration).contains("hunter2"))
    #expect(!dumped.contains("hunter2"))
    #expect(configuration.children.token?.exposed == "hunter2")
  }

  @Test("file:PATH takes the contents of a file without the newline at its end")
  func fromFile() throws {
    try withTemporaryFile("from a file\n") { path in
      let loaded = try load(
        minimal + "children: { token: \"file:${SECRETS}\" }", environment: ["SECRETS": path])
      #expect(loaded.configuration.children.token == Secret("from a file"))
      #expect(loaded.secretFiles == [path])
    }
  }

  @Test("a secret file that cannot be read is told with its path and the reason")
  func unreadableFile() throws {
    let told = try faults(of: minimal + "children: { token: \"file:/nonexistent/token\" }")
    #expect(
      told == [
        "3: children.token: cannot read /nonexistent/token: No such file or directory; "
          + "create the file, or let the user that runs holon read it"
      ])
  }

  @Test("no fault repeats a secret or the password of a URL")
  func faultsKeepSecrets() throws {
    let told = try faults(
      of: minimal + "uplinks: [{ url: \"http://user:hunter2@a:1\" }]\nchildren: { token: \"hunter2\\u0001\" }")
    #expect(!told.isEmpty)
    #expect(!told.joined().contains("hunter2"))
  }
}
