import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

// scripts/setup.cjs in a project of its own, with an npm that only notes that it was called.

const ownNode = `node_modules/node-${process.platform}-${process.arch}`

let project: string
const children = new Set<ChildProcess>()

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "natter-setup-"))
  cpSync("scripts/setup.cjs", join(project, "scripts/setup.cjs"))
  write("package.json", { engines: { node: ">=24.7.0" } })
  write("package-lock.json", { packages: lockedPackages })
  write(
    "npm-cli.js",
    `const fs = require("fs")
     console.log("npm", process.argv.slice(2).join(" "))
     setTimeout(() => {
       fs.mkdirSync("node_modules", { recursive: true })
       fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json")
     }, 200)`,
  )
})

afterEach(() => {
  for (const child of children) child.kill("SIGKILL")
  children.clear()
  rmSync(project, { recursive: true })
})

const lockedPackages = {
  "": { name: "natter" },
  "node_modules/effect": { version: "4.1.0" },
  "node_modules/elsewhere": { version: "1.0.0", optional: true, os: ["no-such-system"] },
  "node_modules/unavailable": { version: "1.0.0", optional: true },
  [ownNode]: { version: "24.21.0", optional: true },
}

const write = (file: string, content: string | object) => {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), typeof content === "string" ? content : JSON.stringify(content))
}

const installed = (packages: object) => write("node_modules/.package-lock.json", { packages })

const { "": _root, "node_modules/elsewhere": _, "node_modules/unavailable": __, ...fitting } = lockedPackages

/** A program that prints what it was given and ends with code 7. */
const program = `console.log("ran", process.argv.slice(1).join(" ")); process.exitCode = 7`

const start = (...args: Array<string>) => {
  const child = spawn(process.execPath, [join(project, "scripts/setup.cjs"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], npm_execpath: join(project, "npm-cli.js") },
  })
  children.add(child)
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
  const ended = once(child, "close").then(([code]) => ({ code: code as number, output }))
  return { child, ended }
}

test("runs the program with its arguments, in the project's folder, and ends with its exit code", async () => {
  installed(fitting)
  const { code, output } = await start("-e", `${program}; console.log(process.cwd())`, "serve", "--port=7").ended
  expect(output).toBe(`ran serve --port=7\n${project}\n`)
  expect(code).toBe(7)
})

test("prefers the Node that comes with the project", async () => {
  installed(fitting)
  mkdirSync(join(project, ownNode, "bin"), { recursive: true })
  symlinkSync(process.execPath, join(project, ownNode, "bin/node"))
  const { output } = await start("-p", "process.argv0 + ' ' + process.env.PATH.split(':').slice(0, 2)").ended
  const own = join(project, ownNode, "bin")
  expect(output).toBe(`${join(own, "node")} ${own},${join(project, "node_modules/.bin")}\n`)
})

test("gives the checkout its own natter command", async () => {
  installed(fitting)
  mkdirSync(join(project, "node_modules/.bin"))
  await start("-e", program).ended
  await start("-e", program).ended
  write("src/cli/bin.ts", "the command")
  expect(readFileSync(join(project, "node_modules/.bin/natter"), "utf8")).toBe("the command")
})

test("names a Node that is too old in one line", async () => {
  installed(fitting)
  write("package.json", { engines: { node: ">=99.1.0" } })
  const { code, output } = await start("-e", program).ended
  expect(output).toMatch(
    /^natter needs Node >=99\.1\.0, this is v.* is not installed or does not run here: install .*\n$/,
  )
  expect(code).toBe(1)
})

test("names a Node that is too old before installing where the project has none of its own", async () => {
  write("package.json", { engines: { node: ">=99.1.0" } })
  write("package-lock.json", { packages: {} })
  const { code, output } = await start("-e", program).ended
  expect(output).toMatch(/^natter needs Node >=99\.1\.0, this is v.* the project has none of its own for .*\n$/)
  expect(code).toBe(1)
})

const states: Record<string, { found?: object; lastLock?: object; installs: boolean }> = {
  "nothing is there": { installs: true },
  "all that fits is there": { found: fitting, installs: false },
  "it was installed from this lock file": { found: fitting, lastLock: lockedPackages, installs: false },
  "it was installed from another lock file": { found: fitting, lastLock: fitting, installs: true },
  "a package is missing": { found: { [ownNode]: fitting[ownNode] }, installs: true },
  "a package was taken away since": { found: {}, lastLock: lockedPackages, installs: true },
  "a package has another version": {
    found: { ...fitting, "node_modules/effect": { version: "4.0.0" } },
    installs: true,
  },
}

test.for(Object.entries(states))("when %s", async ([, { found, lastLock, installs }]) => {
  if (found) installed(found)
  if (lastLock) write("node_modules/.installed-lock.json", { packages: lastLock })
  const { code, output } = await start("-e", program).ended
  expect(output.includes("npm ci --include=dev --include=optional")).toBe(installs)
  expect(output).toMatch(/ran \n$/)
  expect(code).toBe(7)

  expect((await start("-e", program).ended).output).toBe("ran \n")
})

test("leaves node_modules alone that is a link to somebody else's", async () => {
  mkdirSync(join(project, "elsewhere"))
  symlinkSync("elsewhere", join(project, "node_modules"))
  expect((await start("-e", program).ended).output).toBe("ran \n")
})

test("two that begin together install once", async () => {
  const both = await Promise.all([start("-e", program).ended, start("-e", program).ended])
  expect(both.map(({ code }) => code)).toEqual([7, 7])
  expect(both.filter(({ output }) => output.includes("npm ci"))).toHaveLength(1)
  expect(both.filter(({ output }) => output.includes("Waiting for another set-up"))).toHaveLength(1)
})

test("a set-up that died does not keep others out", async () => {
  const { pid } = spawn(process.execPath, ["-e", ""]).on("exit", () => undefined)
  write(".setup.lock", String(pid))
  expect((await start("-e", program).ended).output).toMatch(/ran \n$/)
})

test("a failing install is the end, with its exit code", async () => {
  write("npm-cli.js", "process.exitCode = 3")
  const { code, output } = await start("-e", program).ended
  expect(output).not.toContain("ran")
  expect(code).toBe(3)
  expect(() => readFileSync(join(project, ".setup.lock"))).toThrow("ENOENT")
})

test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)("hands on %s and waits for the program to end", async (signal) => {
  installed(fitting)
  const { child, ended } = start(
    "-e",
    `process.on("${signal}", () => setTimeout(() => process.exit(5), 100)); setInterval(() => {}, 1e6); console.log("up")`,
  )
  await once(child.stdout!, "data")
  child.kill(signal)
  expect((await ended).code).toBe(5)
})

test("a program that dies of a signal ends with 128 + its number, as in a shell", async () => {
  installed(fitting)
  expect((await start("-e", `process.kill(process.pid, "SIGTERM")`).ended).code).toBe(143)
})
