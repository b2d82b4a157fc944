import ArgumentParser
import HolonConfig

/// Where a configuration comes from, for every command that needs one.
struct ConfigurationFile: ParsableArguments {
  @Option(
    name: [.short, .long], help: ArgumentHelp("The configuration, a YAML file.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  func inputs(flags: [ConfigurationFlag] = []) -> ConfigurationInputs {
    ConfigurationInputs(file: config, environment: ProcessEnvironment.variables, flags: flags)
  }
}

/// The configuration with the flags that stand in for a file, or go over one.
struct ConfigurationOptions: ParsableArguments {
  @OptionGroup var file: ConfigurationFile

  @Option(name: .customLong("id"), help: "The name under which this node registers with its parents.")
  var id: String?

  @Option(help: ArgumentHelp("An address that children dial; may be repeated.", valueName: "url"))
  var listen: [String] = []

  @Option(
    help: ArgumentHelp(
      "What children must present: file:PATH, or the token itself (which ps shows).", valueName: "token"))
  var childToken: String?

  @Option(help: ArgumentHelp("A parent to dial; may be repeated, the preferred one first.", valueName: "url"))
  var uplink: [String] = []

  @Option(
    help: ArgumentHelp(
      "What to present to the parents: one for all, or one for each in their order; as --child-token.",
      valueName: "token"))
  var uplinkToken: [String] = []

  @Option(help: ArgumentHelp("The orchestrator's secret, to verify tasks with; as --child-token.", valueName: "secret"))
  var taskSecret: String?

  @Option(help: ArgumentHelp("The journal's SQLite file.", valueName: "file"), completion: .file())
  var journal: String?

  @Option(help: ArgumentHelp("Where to serve /livez, /readyz, /status and /metrics.", valueName: "url"))
  var status: String?

  @Option(help: ArgumentHelp("The longest wait for running work after SIGTERM, as 30s.", valueName: "duration"))
  var drainTimeout: String?

  @Option(help: "The least level that is logged: trace, debug, info, notice, warning, error or critical.")
  var logLevel: String?

  @Option(help: "How log lines are written: text or json.")
  var logFormat: String?

  var inputs: ConfigurationInputs {
    file.inputs(flags: singleFlags + listFlags)
  }

  private var singleFlags: [ConfigurationFlag] {
    let values: KeyValuePairs = [
      "id": id, "children.token": childToken, "tasks.secret": taskSecret, "journal.path": journal,
      "status.url": status, "drain.timeout": drainTimeout, "log.level": logLevel, "log.format": logFormat,
    ]
    return values.compactMap { key, value in value.map { ConfigurationFlag(settingOf: key, to: $0) } }
  }

  private var listFlags: [ConfigurationFlag] {
    let listeners = listen.enumerated().map { ConfigurationFlag(settingOf: "listen[].url", at: $0, to: $1) }
    let parents = uplink.enumerated().map { ConfigurationFlag(settingOf: "uplinks[].url", at: $0, to: $1) }
    let tokens =
      uplinkToken.count == 1
      ? uplinkToken.map { ConfigurationFlag(settingOf: "uplinks[].token", to: $0) }
      : uplinkToken.enumerated().map { ConfigurationFlag(settingOf: "uplinks[].token", at: $0, to: $1) }
    return listeners + parents + tokens
  }
}

/// `--json`, for every command that prints data.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false
}
