import * as fs from "node:fs"
import * as os from "node:os"
import type { Result } from "../scenario/Result.ts"

export const version: string = JSON.parse(
  fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
).version

/** The machine that this process runs on. */
export const here = (): Result["machine"] => ({
  cpu: os.cpus()[0]?.model.trim() ?? "unknown",
  cores: os.availableParallelism(),
  memory: os.totalmem(),
  node: process.version,
  os: `${os.type()} ${os.release()}`,
})
