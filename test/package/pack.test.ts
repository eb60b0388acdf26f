import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

// The package as others get it: packed from a copy of the project, installed into an empty one, and used from there.

interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== "./package.json")
const specifier = (subpath: string) => subpath.replace(".", "natter")

let folder: string
let copy: string
let empty: string
let packed: {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string; readonly mode: number }>
}

const run = (cwd: string, command: string, args: ReadonlyArray<string>) => {
  // npm_config_*, which npm gives to its scripts, would overrule what the empty project says.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8" })
  if (error) throw error
  return { status, stdout, stderr, output: stdout + stderr }
}

const succeed = (cwd: string, command: string, args: ReadonlyArray<string>) => {
  const result = run(cwd, command, args)
  expect(result.output, `${command} ${args.join(" ")}`).toSatisfy(() => result.status === 0)
  return result
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "natter-pack-"))
  copy = join(folder, "copy")
  empty = join(folder, "empty")
  mkdirSync(empty)
  for (const name of readdirSync(".")) {
    if (!/^(\.git|node_modules|dist|coverage|natter-data)$/.test(name))
      cpSync(name, join(copy, name), { recursive: true })
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"))

  ;[packed] = JSON.parse(succeed(copy, "npm", ["pack", "--json", "--pack-destination", folder]).stdout)
  writeFileSync(
    join(empty, "package.json"),
    JSON.stringify({ type: "module", dependencies: { natter: `file:../${packed.filename}` } }),
  )
  writeFileSync(join(empty, "package-lock.json"), JSON.stringify(lockOfDependents()))
  succeed(empty, "npm", ["install", "--prefer-offline"])
}, 180_000)

// Many small files: a busy disk takes its time over them.
afterAll(() => rmSync(folder, { recursive: true, force: true }), 180_000)

/** What our own lock file says about what a dependent needs too: what npm has in its cache, so it need not ask. */
const lockOfDependents = () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { dev?: true; optional?: true; devOptional?: true }>
  }
  const needed = Object.entries(packages).filter(
    ([name, { dev, optional, devOptional }]) => name !== "" && !dev && !optional && !devOptional,
  )
  return { lockfileVersion: 3, requires: true, packages: Object.fromEntries(needed) }
}

test("holds JavaScript, types, the page and the description of calls only", () => {
  const paths = packed.files.map(({ path }) => path)
  const others = paths.filter((path) => !/^(dist\/(web\/.*|.*\.(js|d\.ts))|proto\/.*\.proto)$/.test(path))
  expect(others.toSorted()).toEqual(["LICENSE", "README.md", "package.json"])
  expect(packed.files.length).toBeGreaterThan(10)
})

test("asks its dependents for nothing that only this project needs", () => {
  const published = JSON.parse(readFileSync(join(empty, "node_modules/natter/package.json"), "utf8"))
  const needless = ["optionalDependencies", "devDependencies", "scripts", "overrides", "allowScripts"]
  expect(published).toEqual(Object.fromEntries(Object.entries(manifest).filter(([field]) => !needless.includes(field))))
  expect(existsSync(join(empty, "node_modules/.bin/node"))).toBe(false)
})

test("leaves package.json as it was", () => {
  expect(readFileSync(join(copy, "package.json"), "utf8")).toBe(readFileSync("package.json", "utf8"))
})

test("gives a natter command", () => {
  expect(succeed(empty, "node_modules/.bin/natter", ["--help"]).stdout).toMatch(/natter.*serve/s)
})

test("the natter command runs the service, with its page", async () => {
  const natter = spawn("node_modules/.bin/natter", ["serve", "--port", "0", "--data", join(folder, "data")], {
    cwd: empty,
  })
  const ended = once(natter, "close")
  let output = ""
  let page: Promise<Response> | undefined
  for (const stream of [natter.stdout, natter.stderr]) {
    stream.on("data", (text) => {
      output += text
      const [, address] = /Open (\S+) in a browser/.exec(output) ?? []
      if (address === undefined || page !== undefined) return
      page = fetch(address)
      void page.finally(() => natter.kill("SIGTERM"))
    })
  }
  expect(await ended, output).toEqual([0, null])
  const answered = await page!
  expect(answered.status).toBe(200)
  expect(answered.headers.get("content-type")).toBe("text/html; charset=utf-8")
})

test("the natter command names a Node that is too old in one line", () => {
  const bin = join(empty, "node_modules/natter/dist/cli/bin.js")
  const preload = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"24.6.9"})`
  const { status, output } = run(empty, process.execPath, ["--import", preload, bin, "--help"])
  expect(output).toMatch(new RegExp(`^natter needs Node ${manifest.engines.node}, .*\\n$`))
  expect(status).toBe(1)
})

describe("exports", () => {
  test.for(subpaths)("%s can be imported", (subpath) => {
    const code = `import * as all from "${specifier(subpath)}"; console.log(Object.keys(all).length)`
    expect(Number(succeed(empty, process.execPath, ["--input-type=module", "-e", code]).stdout)).toBeGreaterThan(0)
  })

  const programs: Array<string> = []
  let complaints: ReadonlyArray<string>

  // All at once: most of it is to read the types that they have in common.
  beforeAll(() => {
    const code = subpaths.map((subpath, index) => `export * as all${index} from "${specifier(subpath)}"`).join("\n")
    writeFileSync(join(empty, "all.ts"), code)
    const guide = readFileSync("docs/EMBEDDING.md", "utf8")
    for (const [, code] of guide.matchAll(/```ts\n([^]*?)```/g)) {
      const program = `program${programs.length}.ts`
      writeFileSync(join(empty, program), code!)
      programs.push(program)
    }
    complaints = compile("all.ts", ...programs)
  }, 180_000)

  test("the types of all resolve, to the last import inside them", () => {
    expect(complaints.filter((line) => !line.startsWith("program"))).toEqual([])
  })

  test("programs that embed the hub compile against them and run", () => {
    expect(programs).toHaveLength(4)
    expect(complaints).toEqual([])
    for (const program of programs) succeed(empty, process.execPath, [program])
  })
})

/** What the compiler, as strict as it can be, says of programs in the empty project and of natter's types there. */
const compile = (...files: ReadonlyArray<string>): ReadonlyArray<string> => {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    module: "nodenext",
    target: "es2024",
    types: ["node"],
    typeRoots: [resolve("node_modules/@types")],
  }
  writeFileSync(join(empty, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
  const { output } = run(empty, process.execPath, [resolve("node_modules/typescript/bin/tsc"), "--pretty", "false"])
  return output.split("\n").filter((line) => /^(\w+\.ts|node_modules\/natter\/)/.test(line))
}
