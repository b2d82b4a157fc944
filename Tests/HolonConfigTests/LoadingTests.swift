import HolonConfig
import Testing

@Suite("Loading a configuration")
struct LoadingTests {
  @Test("the smallest configuration has the documented defaults")
  func defaults() throws {
    let configuration = try load(minimal).configuration
    #expect(configuration.id == "edge-1")
    #expect(configuration.listen.map(\.maxBody) == [8 << 20])
    #expect(configuration.children.timeout == .seconds(45))
    #expect(configuration.children.signatures == .off)
    #expect(configuration.children.admitsAnyone)
    #expect(configuration.uplinks.isEmpty)
    #expect(configuration.tasks.verification == .off)
    #expect(configuration.journal.maxBytes == 10 << 30)
    #expect(configuration.status == nil)
  }

  @Test("a file sets every section")
  func wholeFile() throws {
    let yaml = """
      id: edge-1
      listen:
        - url: http://0.0.0.0:8700
          max_body: 2MiB
        - { url: "http://127.0.0.1:8701", idle_timeout: 2m }
      children:
        auth: token-only
        token: ${CHILD}
        tokens: { worker-7: seven }
        signatures: if-present
        timeout: 1m30s
        grace: 250ms
      uplinks:
        - { name: main, url: "http://ghost.example:8080", token: up, prefetch: 4 }
        - { url: "ws://other.example:8081", weight: 3 }
      uplink_policy: weighted
      tasks: { secret: s3cret, verify: if-present, max_attempts: 5, unroutable: return }
      routes:
        - { skill: "render*", strategy: least_connections }
        - { skill: encode, strategy: cheapest }
      journal: { path: /var/lib/holon/edge.db, max_bytes: 1GiB, policies: { events: drop_oldest } }
      status: { url: "http://127.0.0.1:9700", token: look }
      limits: { max_children: 50 }
      drain: { timeout: 5s }
      log: { level: debug, format: json }
      """
    let configuration = try load(yaml, environment: ["CHILD": "from-outside"]).configuration
    #expect(configuration.listen.map(\.maxBody) == [2 << 20, 8 << 20])
    #expect(configuration.listen.map(\.idleTimeout) == [.seconds(75), .seconds(120)])
    #expect(configuration.children.authentication == .tokenOnly)
    #expect(configuration.children.token == Secret("from-outside"))
    #expect(configuration.children.tokens == ["worker-7": Secret("seven")])
    #expect(configuration.children.signatures == .ifPresent)
    #expect(configuration.children.timeout == .seconds(90))
    #expect(configuration.children.grace == .milliseconds(250))
    #expect(configuration.uplinks.map(\.name) == ["main", "other.example:8081"])
    #expect(configuration.uplinks.map(\.weight) == [1, 3])
    #expect(configuration.uplinkPolicy == .weighted)
    #expect(configuration.tasks.verification == .ifPresent)
    #expect(configuration.tasks.unroutable == .return)
    #expect(configuration.routes.map(\.strategy) == [.leastConnections, .cheapest])
    #expect(configuration.routes.map { $0.skill.matches("render-4k") } == [true, false])
    #expect(configuration.journal.path == "/var/lib/holon/edge.db")
    #expect(configuration.journal.policies.events == .dropOldest)
    #expect(configuration.status?.token == Secret("look"))
    #expect(configuration.limits.maxChildren == 50)
    #expect(configuration.drain.timeout == .seconds(5))
    #expect(configuration.log.format == .json)
  }

  @Test("flags win over the environment, and that over the file")
  func precedence() throws {
    let yaml = "id: file\nlisten: [{ url: \"http://127.0.0.1:1\" }]\nlog: { level: error }\ndrain: { timeout: 1s }"
    let loaded = try load(
      yaml, environment: ["HOLON_ID": "environment", "HOLON_LOG_LEVEL": "debug"],
      flags: [ConfigurationFlag("--id", sets: "id", to: "flag")])
    #expect(loaded.configuration.id == "flag")
    #expect(loaded.configuration.log.level == .debug)
    #expect(loaded.configuration.drain.timeout == .seconds(1))
  }

  @Test("no file is needed: the environment alone does, lists and free names included")
  func environmentAlone() throws {
    let inputs = ConfigurationInputs(environment: [
      "HOLON_ID": "edge", "HOLON_LISTEN_0_URL": "http://0.0.0.0:8700", "HOLON_LISTEN_0_MAX_BODY": "1MiB",
      "HOLON_CHILDREN_TOKENS_worker-7": "seven", "HOLON_UPLINKS_0_URL": "http://127.0.0.1:8080",
      "HOLON_UPLINKS_1_URL": "http://127.0.0.1:8081", "HOLON_UPLINKS_1_TOKEN": "one",
      "HOLON_JOURNAL_POLICIES_EVENTS": "drop_oldest", "HOLON_STATUS_URL": "http://127.0.0.1:9700", "PATH": "/bin",
    ])
    let configuration = try inputs.load().configuration
    #expect(configuration.listen.map(\.maxBody) == [1 << 20])
    #expect(configuration.children.tokens == ["worker-7": Secret("seven")])
    #expect(configuration.uplinks.map(\.token) == [nil, Secret("one")])
    #expect(configuration.journal.policies.events == .dropOldest)
    #expect(configuration.status?.url.port == 9700)
  }

  @Test("flags for a list replace it, and keep what the file says at their positions")
  func listFlags() throws {
    let yaml = """
      id: edge
      listen: [{ url: "http://127.0.0.1:1", max_body: 1MiB }, { url: "http://127.0.0.1:2" }]
      uplinks: [{ url: "http://127.0.0.1:3" }, { url: "http://127.0.0.1:4", token: own }]
      """
    let configuration = try load(
      yaml,
      flags: [
        ConfigurationFlag("--listen", sets: "listen[0].url", to: "http://127.0.0.1:9"),
        ConfigurationFlag("--uplink-token", sets: "uplinks[].token", to: "all"),
      ]
    ).configuration
    #expect(configuration.listen.map(\.url.port) == [9])
    #expect(configuration.listen.map(\.maxBody) == [1 << 20])
    #expect(configuration.uplinks.map(\.token) == [Secret("all"), Secret("all")])
  }

  @Test("a variable in the file may have a default and may be escaped")
  func interpolation() throws {
    let yaml = """
      id: ${NAME:-edge}
      listen: [{ url: "http://${HOST:-127.0.0.1}:${PORT}" }]
      children: { token: "a$${b}$c${EMPTY:-}" }
      """
    let configuration = try load(yaml, environment: ["PORT": "8700"]).configuration
    #expect(configuration.id == "edge")
    #expect(configuration.listen.map(\.url.port) == [8700])
    #expect(configuration.children.token == Secret("a${b}$c"))
  }

  @Test("sections that are named and left empty have their defaults")
  func emptySections() throws {
    let configuration = try load(minimal + "children:\nuplinks:\nstatus:\nlog: {}\n").configuration
    #expect(configuration.uplinks.isEmpty)
    #expect(configuration.status == nil)
  }

  @Test("variables of others that share the prefix are mentioned, and stop nothing")
  func foreignVariables() throws {
    let loaded = try load(
      minimal + "children: { token: \"${HOLON_CHILD}\" }",
      environment: ["HOLON_SERVICE_HOST": "10.0.0.1", "HOLON_CHILD": "named by the file"])
    let places = loaded.warnings.map(\.place)
    #expect(places.contains(.environment("HOLON_SERVICE_HOST")))
    #expect(!places.contains(.environment("HOLON_CHILD")))
  }
}
