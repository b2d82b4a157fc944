import HolonConfig
import Testing

@Suite("Faults of a configuration")
struct FaultTests {
  @Test("all faults are told at once, each with its place and a remedy")
  func allAtOnce() throws {
    let yaml = """
      id: edge/1
      lissten: [{ url: "http://127.0.0.1:8700" }]
      children:
        timout: 45s
        grace: 10
      uplinks:
        - { url: "nonsense", weight: 0 }
      log: { level: loud }
      """
    let told = try faults(of: yaml, environment: ["HOLON_DRAIN_TIMEOUT": "soon"])
    let expected: [String] = [
      "1: id: 'edge/1' is not a valid identifier; use 1 to 128 letters, digits, underscores and hyphens",
      "1: nothing to listen on, so no child could dial in; add a 'listen' list with a url, "
        + "set HOLON_LISTEN_0_URL or pass --listen",
      "2: unknown key lissten; did you mean listen?",
      "4: unknown key children.timout; did you mean children.timeout?",
      "5: children.grace: '10' is not a valid duration; write a number with ms, s, m, h or d, such as 45s or 1m30s",
      "7: uplinks[0].url: the URL has no scheme; write http://HOST:PORT",
      "7: uplinks[0].weight: 0 is out of range; write something from 1 to 1000",
      "8: log.level: 'loud' is not one of trace, debug, info, notice, warning, error, critical; write one of them",
      "environment HOLON_DRAIN_TIMEOUT: drain.timeout: 'soon' is not a valid duration; "
        + "write a number with ms, s, m, h or d, such as 45s or 1m30s",
    ]
    #expect(told == expected)
  }

  @Test(
    "one fault is one line",
    arguments: [
      ("children: [a]", "3: children must be a section with keys, not a list; "),
      ("uplinks: { url: x }", "3: uplinks must be a list, not a section with keys; begin each element with '- '"),
      ("journal: { path: [a] }", "3: journal.path must be a single value, not a list; write it as 'path: value'"),
      ("drain: { timeout: }", "3: drain.timeout is empty; write a value, or leave the key out"),
      ("children: { token: }", "3: children.token is empty; write a secret, or leave the key out"),
      ("children: { signatures: required }", "3: children.signatures is required, but there is no token; "),
      ("children: { auth: open-to-anyone, token: t }", "3: children.auth is open-to-anyone, but tokens are"),
      ("tasks: { verify: required }", "3: tasks.verify is required, but there is no tasks.secret; "),
      ("journal: { max_bytes: 10GB }", "3: journal.max_bytes: '10GB' is not a valid size; "),
      ("journal: { max_bytes: 99999999999999999999 }", "3: journal.max_bytes: '99999999999999999999' is not a"),
      ("journal: { policies: { results: reject } }", "3: unknown key journal.policies.results; the keys here are "),
      ("routes: [{ skill: \"a*b\" }]", "3: routes[0].skill: 'a*b' is not a skill pattern; "),
      ("routes: [{ strategy: cheapest }]", "3: routes[0].skill is missing; add 'skill: …', set HOLON_ROUTES_0_SKILL"),
      ("status: { token: t }", "3: status.url is missing; add 'url: …', set HOLON_STATUS_URL or pass --status"),
      ("status: { url: \"http://127.0.0.1:8700\" }", "3: http://127.0.0.1:8700 is an address that children dial; "),
      ("status: { url: \"http://0.0.0.0:9700\" }", "3: http://0.0.0.0:9700 can be reached from other machines, and "),
      ("children: { token: \"${NOWHERE}\" }", "3: children.token needs the variable NOWHERE, which is not set; "),
      ("children: { token: \"${OPEN\" }", "3: children.token has a ${ without its }; "),
      ("children: { tokens: { a/b: t } }", "3: children.tokens: 'a/b' is not a valid identifier; "),
      ("children: { token: \"a\\nb\" }", "3: children.token holds control characters, which no header can carry; "),
      ("\"a\\nb\\u202E\": c", "3: unknown key a\\nb\\u{202E}; the keys here are "),
      ("status: { url: \"http://127.0.0.1\" }", "3: status.url: http://127.0.0.1 has no port; write "),
      ("uplinks: [{ url: \"http://u:p@a:1\" }]", "3: uplinks[0].url: a URL must not hold user and password; give the"),
      ("uplinks: [{ url: \"ftp://a:1\" }]", "3: uplinks[0].url: the scheme ftp is not known here; use http://"),
      ("id: twice", "1: 'id' is written twice in one section; keep one of them"),
      ("log: { level: inof }", "3: log.level: 'inof' is not one of "),
    ])
  func single(_ yaml: String, _ expected: String) throws {
    let told = try faults(of: minimal + yaml)
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix(expected) == true, "\(told)")
  }

  @Test("what a later version will have is refused, and said to be later")
  func laterVersions() throws {
    let told = try faults(of: minimal + "blobs: { bucket: b }")
    #expect(told.contains { $0.contains("this version does not have") }, "\(told)")
  }

  #if !GRPC
    @Test(
      "a build without gRPC says so, and how to get it",
      arguments: ["listen: [{ url: \"grpc://127.0.0.1:8700\" }]", "uplinks: [{ url: \"grpc://a:1\" }]"])
    func missingGRPC(_ yaml: String) throws {
      let told = try faults(of: (yaml.hasPrefix("listen") ? "id: edge\n" : minimal) + yaml)
      #expect(told.contains { $0.contains("build it with `swift build --traits GRPC`") }, "\(told)")
    }
  #endif

  @Test("an address beyond loopback without any token needs explicit words")
  func hardenedDefault() throws {
    let open = "id: edge\nlisten: [{ url: \"http://0.0.0.0:8700\" }]\n"
    #expect(try faults(of: open).first?.contains("write children.auth: open-to-anyone if you mean it") == true)
    let meant = try load(open + "children: { auth: open-to-anyone }")
    #expect(meant.configuration.children.admitsAnyone)
    #expect(meant.warnings.contains { $0.problem.contains("admits whoever can connect") })
    #expect(try !load(open + "children: { token: t }").configuration.children.admitsAnyone)
  }

  @Test("a mistyped variable is told with the one that was meant")
  func mistypedVariable() throws {
    let told = try faults(of: minimal, environment: ["HOLON_UPLINK_0_URL": "http://a:1", "HOLON_LOG_LEVLE": "info"])
    #expect(
      told == [
        "environment HOLON_LOG_LEVLE: sets no known key; did you mean HOLON_LOG_LEVEL?",
        "environment HOLON_UPLINK_0_URL: sets no known key; did you mean HOLON_UPLINKS_0_URL?",
      ])
  }

  @Test("names and addresses are used once")
  func duplicates() throws {
    let yaml = """
      id: edge
      listen: [{ url: "http://127.0.0.1:1" }, { url: "http://127.0.0.1:1" }]
      uplinks:
        - { url: "http://a:1" }
        - { url: "http://a:1" }
      """
    let told = try faults(of: yaml)
    #expect(told.count == 2)
    #expect(told.first?.hasPrefix("2: http://127.0.0.1:1 is listened on twice") == true, "\(told)")
    #expect(told.last?.hasPrefix("5: two uplinks are called a:1") == true, "\(told)")
  }

  @Test("a flag for an element that is not there is told")
  func flagWithoutElement() throws {
    let told = try faults(
      of: minimal + "uplinks: [{ url: \"http://a:1\" }]",
      flags: [
        ConfigurationFlag(settingOf: "uplinks[].token", at: 0, to: "a"),
        ConfigurationFlag(settingOf: "uplinks[].token", at: 1, to: "b"),
      ])
    #expect(
      told == ["--uplink-token: there is no element of uplinks for it; give one for each element, or one for all"])
  }

  @Test("a file that is not there is one line")
  func missingFile() {
    #expect {
      try ConfigurationInputs(file: "/nonexistent/holon.yaml").load()
    } throws: { error in
      "\(error)" == "/nonexistent/holon.yaml: cannot be read: No such file or directory; "
        + "check the path given with --config, and who may read the file"
    }
  }
}
