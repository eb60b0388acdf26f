import * as fs from "node:fs"

const { version: ours } = JSON.parse(fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

/** Of this package. */
export const version: string = ours
