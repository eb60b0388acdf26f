import * as childProcess from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"

const text = fs.readFileSync(path.join(import.meta.dirname, "../../docs/SYSTEMD.md"), "utf8")

/** The units that the document shows, by their names. */
const units = [...text.matchAll(/```ini\n# \/etc\/systemd\/system\/(\S+)\n([^]*?)```/g)].map(
  ([, name, unit]) => [name!, unit!] as const,
)

const { error } = childProcess.spawnSync("systemd-analyze", ["--version"])

describe("docs/SYSTEMD.md", () => {
  test("shows a service and a socket", () => {
    expect(units.map(([name]) => name)).toEqual(["natter.service", "natter.socket"])
  })

  test.skipIf(error !== undefined)("systemd accepts the units (skipped where there is no systemd-analyze)", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "natter-units-"))
    onTestFinished(() => fs.rmSync(folder, { recursive: true }))
    // It wants to see the command, which is not installed here.
    for (const [name, unit] of units) {
      fs.writeFileSync(
        path.join(folder, name),
        unit.replace("ExecStart=/usr/bin/natter", `ExecStart=${process.execPath}`),
      )
    }
    const args = ["verify", ...units.map(([name]) => path.join(folder, name))]
    const { status, stderr } = childProcess.spawnSync("systemd-analyze", args, { encoding: "utf8" })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })
})
