import ArgumentParser
import HolonConfig
import RXON

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validate a configuration, and probe what it will need.",
    discussion: """
      Looks at the ports, the certificates, the journal's folder and disk, the files of secrets, and each parent: its \
      name, whether it can be reached, its certificate, its clock, and whether it takes the token. Changes nothing. Exits with 1 when something would \
      keep the node from working, with 64 when the configuration is wrong.
      """)

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let inputs = options.inputs
    do {
      let loaded = try inputs.load()
      let findings = await Inspection(loaded: loaded).findings()
      Terminal.print(output.json ? Self.json(findings).string : Self.text(findings))
      if findings.contains(where: { $0.level == .failure }) { throw ExitCode(CommandFailure.Code.failed.rawValue) }
    } catch let invalid as InvalidConfiguration {
      guard output.json else { throw CommandFailure(invalid) }
      Terminal.print(Self.json(invalid.faults.map(Finding.init(fault:))).string)
      throw ExitCode(CommandFailure.Code.usage.rawValue)
    }
  }

  private static func json(_ findings: [Finding]) -> RawJSON {
    .object(["findings": .array(findings.map(\.json))])
  }

  private static func text(_ findings: [Finding]) -> String {
    let width = findings.map(\.subject.count).max() ?? 0
    return findings.map { finding in
      let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
      let remedy = finding.remedy.map { "; \($0)" } ?? ""
      return Table.printable("\(finding.level.mark)  \(subject)  \(finding.detail)\(remedy)")
    }.joined(separator: "\n")
  }
}
