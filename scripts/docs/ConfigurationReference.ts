import { environmentName, flagName, type Setting, settings } from "../../src/server/ServerConfig.ts"
import type { Document } from "./Document.ts"
import { code, fenced, table } from "./Markdown.ts"

const all: ReadonlyArray<readonly [name: string, setting: Setting<unknown>]> = Object.entries(settings)

const heads = ["setting", "what it does", "default", "allowed"]
const row = ([name, { about, default: value, kind }]: (typeof all)[number]) => [
  code(name),
  about,
  code(kind.show(value)),
  kind.allowed,
]

/** The first word of a name; those without a dot are together. */
const groupOf = (name: string): string => (name.includes(".") ? name.slice(0, name.indexOf(".")) : "")

const groups = Map.groupBy(all, ([name]) => groupOf(name))

const section = (group: string): string => {
  const heading = group === "" ? "## The service" : `## ${group}`
  return `${heading}\n\n${table(heads, groups.get(group)!.map(row))}`
}

const flags = all
  .filter(([, { flag }]) => flag !== undefined)
  .map(([name, { flag }]) => [code(name), code(`--${flagName(name)} ${flag}`), code(environmentName(name))])

const text = [
  "# Configuration",
  "<!-- Made from the code by scripts/docs/main.ts: do not edit. -->",
  `Everything has a default: \`natter serve\` runs without any of this. A setting may be given in the environment, in a
config file and as a flag; where it is given more than once, the flag counts before the file and the file before the
environment. \`natter config\` shows what is in force and where each value is from.`,
  `What is not allowed, and any name that is not known, is refused at start: all of it at once, with where it is from and
what would be allowed, also where something else counts before it. So is what is empty, such as \`accounts:\` with nothing
behind it: leave it out.`,
  `- **Environment**: \`NATTER_\` and the name in capitals, with \`_\` for everything between words: \`outbox.bytes\` is
  \`${environmentName("outbox.bytes")}\`. A variable that a file overrules is named in a line at start. Kubernetes
  makes variables for each service by its name, and Docker for each container that is linked: those of one that is called
  \`natter\` are passed over, with a line. \`natter_data\` and \`NATTER.DATA\` are refused like other misspelt names.
- **File**: YAML, TOML or JSON, told by its name. \`--config FILE\` or \`NATTER_CONFIG\` names it; otherwise it is the
  \`natter.yaml\`, \`.yml\`, \`.toml\` or \`.json\` in the current folder, if there is one. A setting is given once, nested or
  with a dot. What is text is what stands there: \`data: 1.10\` is a folder \`1.10\` (in TOML and JSON text is in quotes).
- **Flags** of \`natter serve\` and \`natter config\`, for what is set most; the others have none.`,
  fenced(
    "yaml",
    '# natter.yaml\nhost: "::"\ndata: /var/lib/natter\naccounts: invite\nlog:\n  level: debug\noutbox:\n  bytes: 4 MiB\nheartbeat:\n  ping-after: 1m 30s',
  ),
  `Durations are written as \`10s\`, \`10 seconds\` or \`1h 30m\`, sizes as \`64 KiB\`, \`1MiB\` or a number of bytes, and what
is on or off as \`on\` or \`off\`. In a path \`~\` is your home, wherever it is written (for YAML, \`~\` alone is
nothing: \`"~"\` is your home).`,
  `On SIGHUP a running service reads its settings again, from the same places and with the flags it was started with. \`log.*\`
and \`tls.*\` hold from then on (whether there is TLS at all does not change), and so does what is in the files of
certificates; no connection is dropped. For anything else the log says which settings take a restart. Settings that are
wrong change nothing, and nor do certificates that cannot be used: the log says why. The service goes on in any case.`,
  "## Flags",
  table(["setting", "flag", "variable"], flags),
  ...[...groups.keys()].map(section),
]

export const configurationReference: Document = {
  path: "docs/CONFIGURATION.md",
  render: () => `${text.join("\n\n")}\n`,
}
