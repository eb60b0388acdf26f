import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { catalog } from "../../src/domain/Disconnect.ts"
import { cases } from "../transport/websocket/cases.ts"

const page = readFileSync("docs/TRANSPORTS.md", "utf8")

describe("the page about transports", () => {
  it("has every close code that a service may say, and no other", () => {
    const ofTheRules = cases.flatMap(({ fails }) => fails?.code ?? [])
    const ours = Object.entries(catalog).map(
      ([name, { code, reconnect }]) => `${code} \`${name}\` ${reconnect ? "yes" : "no"}`,
    )
    const said = [...page.matchAll(/^\| (1\d{3}) +\|/gm)].map(([, code]) => Number(code))
    assert.deepStrictEqual(
      said,
      [...new Set(ofTheRules)].toSorted((a, b) => a - b),
    )
    const rows = [...page.matchAll(/^\| (4\d{3}) \| (`\w+`) +\| (yes|no) +\|/gm)]
    assert.deepStrictEqual(
      rows.map(([, ...row]) => row.join(" ")),
      ours,
    )
  })
})
