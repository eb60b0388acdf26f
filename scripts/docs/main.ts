/**
 * The documents that are made from the code: `node scripts/docs/main.ts` writes them, with `--check` it only says which
 * are stale, and fails if one is. A new one is a module beside this that exports a `Document`, and a line here.
 */
import * as path from "node:path"
import { clientGuide } from "./ClientGuide.ts"
import { configurationReference } from "./ConfigurationReference.ts"
import { type Document, renew } from "./Document.ts"
import { grafanaDashboard } from "./GrafanaDashboard.ts"
import { metricsReference } from "./MetricsReference.ts"
import { httpGuide } from "./HttpGuide.ts"
import { plainClientFrames, plainServerFrames } from "./PlainFrames.ts"
import { protocolReference } from "./ProtocolReference.ts"
import { protocolSchema } from "./ProtocolSchema.ts"
import { scenarioGuide } from "./ScenarioGuide.ts"
import { terminalGuide } from "./TerminalGuide.ts"

export const documents: ReadonlyArray<Document> = [
  clientGuide,
  configurationReference,
  grafanaDashboard,
  metricsReference,
  httpGuide,
  plainClientFrames,
  plainServerFrames,
  protocolReference,
  protocolSchema,
  scenarioGuide,
  terminalGuide,
]

if (import.meta.main) {
  const check = process.argv.includes("--check")
  const stale = renew(documents, path.join(import.meta.dirname, "../.."), check)
  for (const file of stale) {
    console.log(check ? `${file} is stale. Renew it: node scripts/docs/main.ts` : `wrote ${file}`)
  }
  if (check && stale.length > 0) process.exitCode = 1
}
