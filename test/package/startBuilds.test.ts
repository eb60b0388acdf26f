import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"

// What `npm start` runs, in a copy of the project in which nothing was built.

let folder: string
let copy: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "natter-start-"))
  copy = join(folder, "copy")
  for (const name of ["src", "scripts", "package.json", "package-lock.json", "tsconfig.json"]) {
    cpSync(name, join(copy, name), { recursive: true })
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000)

const starting = "Building the page"

/** Starts it, asks for the page, and stops it. */
const start = async () => {
  const data = mkdtempSync(join(folder, "data-"))
  const service = spawn(process.execPath, ["scripts/start.ts", "serve", "--port", "0", "--data", data], { cwd: copy })
  const ended = once(service, "close")
  let output = ""
  let page: Promise<number> | undefined
  for (const stream of [service.stdout, service.stderr]) {
    stream.on("data", (text) => {
      output += text
      const [, address] = /Open (\S+) in a browser/.exec(output) ?? []
      if (address === undefined || page !== undefined) return
      page = fetch(address).then(({ status }) => status)
      void page.finally(() => service.kill("SIGTERM"))
    })
  }
  expect(await ended, output).toEqual([0, null])
  return { builds: output.includes(starting), output, status: await page }
}

test("builds the page where it is missing, also where several start at once, and not again", async () => {
  const several = await Promise.all([start(), start()])
  expect(several).toMatchObject([
    { builds: true, status: 200 },
    { builds: true, status: 200 },
  ])
  expect(await start()).toMatchObject({ builds: false, status: 200 })
}, 120_000)

test("builds it again when its sources are others, and starts with that of before where that fails", async () => {
  appendFileSync(join(copy, "src/web/chat/main.tsx"), "\n// Something else.\n")
  expect(await start()).toMatchObject({ builds: true, status: 200 })
  appendFileSync(join(copy, "src/web/chat/main.tsx"), "\nexport const = 1\n")
  const broken = await start()
  expect(broken).toMatchObject({ builds: true, status: 200 })
  expect(broken.output).toContain("The page was not built")
}, 120_000)

test("starts without a page where there never was one that could be built", async () => {
  rmSync(join(copy, "dist"), { recursive: true })
  const without = await start()
  expect(without).toMatchObject({ builds: true, status: 503 })
  expect(without.output).toContain("npm run build:page")
  expect(existsSync(join(copy, "dist/web"))).toBe(false)
}, 120_000)
