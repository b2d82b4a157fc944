/// Everything that a configuration is made of: a file, the environment, and flags; the later win.
public struct ConfigurationInputs: Sendable {
  /// The YAML file, if any.
  public var file: String?
  /// All variables: those that begin with `HOLON_` set keys, and the file may refer to any as `${NAME}`.
  public var environment: [String: String]
  public var flags: [ConfigurationFlag]

  public init(file: String? = nil, environment: [String: String] = [:], flags: [ConfigurationFlag] = []) {
    self.file = file
    self.environment = environment
    self.flags = flags
  }

  /// Reads all inputs anew, and the files that secrets are in. Blocks on the disk.
  /// - Throws: everything that is wrong, at once.
  public func load() throws(InvalidConfiguration) -> LoadedConfiguration {
    let reading = ConfigurationReading(file: file, tree: try tree(), environment: environment, flags: flags)
    let configuration = HolonConfiguration(reading: SectionReader(reading: reading))
    reading.reportUnknown()
    guard let configuration, reading.faults.isEmpty else {
      throw InvalidConfiguration(faults: reading.faults.sorted { $0.place.order < $1.place.order })
    }
    return LoadedConfiguration(
      configuration: configuration, warnings: reading.warnings.sorted { $0.place.order < $1.place.order },
      secretFiles: reading.secretFiles)
  }

  /// Reads only what says where a node tells of itself. The rest may be incomplete, as it is where flags complete it.
  public func loadStatus() throws(InvalidConfiguration) -> StatusConfiguration? {
    try loadPart { $0.optionalSection("status").flatMap(StatusConfiguration.init(reading:)) }
  }

  /// Reads only what says where the journal is.
  public func loadJournal() throws(InvalidConfiguration) -> JournalConfiguration {
    try loadPart { JournalConfiguration(reading: $0.section("journal")) }
  }

  private func loadPart<Part>(_ read: (SectionReader) -> Part) throws(InvalidConfiguration) -> Part {
    let reading = ConfigurationReading(
      file: file, tree: try tree(), environment: environment, flags: flags, checksFiles: false)
    let part = read(SectionReader(reading: reading))
    guard reading.faults.isEmpty else { throw InvalidConfiguration(faults: reading.faults) }
    return part
  }

  private func tree() throws(InvalidConfiguration) -> YAMLTree? {
    guard let file else { return nil }
    let text: String
    do {
      text = try TextFile.read(file, limit: YAMLReader.byteLimit)
    } catch {
      let fault = ConfigurationFault(
        at: .configuration(file: file), "cannot be read: \(error.reason)",
        remedy: "check the path given with --config, and who may read the file")
      throw InvalidConfiguration(faults: [fault])
    }
    return try YAMLReader(file: file).read(text)
  }
}

/// A valid configuration, with what is worth knowing about where it came from.
public struct LoadedConfiguration: Sendable, Hashable {
  public var configuration: HolonConfiguration
  /// What is allowed and probably not meant.
  public var warnings: [ConfigurationFault]
  /// The files that secrets were read from, for checking who else can read them.
  public var secretFiles: [String]
}
