import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

// Every rule that the house relies on is broken here on purpose, in a project of its own, and must be reported.

/** The directions as DESIGN §1 draws them, from the top of the house down: the left may import the right. */
const chain = [
  ["cli"],
  ["server"],
  ["http", "grpc", "mqtt", "irc", "transport", "storage", "cluster"],
  ["session", "embedding"],
  ["chat"],
  ["hub"],
  ["webhooks"],
  ["history", "accounts", "channels", "files", "actor"],
  ["peers"],
  ["observability"],
  ["protocol"],
  ["domain"],
]

const serverSide = chain.flat().filter((folder) => folder !== "cli")

/** The folders beside the chain, and what they see. */
const beside: Record<string, (folder: string) => boolean> = {
  client: (to) => ["protocol", "domain"].includes(to),
  terminal: (to) => ["client", "text", "protocol", "domain"].includes(to),
  web: (to) => ["client", "text", "protocol", "domain"].includes(to),
  text: (to) => to === "domain",
  scenario: (to) => ["client", "protocol", "domain"].includes(to),
  testing: (to) => to === "client" || serverSide.includes(to),
  load: (to) => ["scenario", "proxy", "testing", "client", ...serverSide].includes(to),
  proxy: (to) => to === "domain",
  discovery: (to) => to === "domain",
}

const folders = [...chain.flat(), ...Object.keys(beside)]

const isAllowed = (from: string, to: string) => {
  if (beside[from]) return beside[from](to)
  if (to === "discovery" && from === "server") return true
  // What somebody does is a text of its own in IRC.
  if (to === "text" && from === "irc") return true
  if (beside[to]) return from === "cli" && !["testing", "web"].includes(to)
  if (from === "transport" && ["embedding", "chat", "hub"].includes(to)) return false
  if (from === "storage" && ["session", "embedding", "chat", "hub"].includes(to)) return false
  if (from === "webhooks" && ["accounts", "files", "actor"].includes(to)) return false
  if (from === "files" && to === "history") return true
  if (from === "peers") return to === "domain"
  const level = (folder: string) => chain.findIndex((row) => row.includes(folder))
  return level(from) < level(to)
}

/** The one file of the client that runs on Node alone. */
const tcpClient = "client/transport/Tcp.ts"

const places = [...folders, "client/transport", tcpClient]

/** Places whose files also run in a browser. */
const inBrowsers = ["client", "client/transport", "web", "text", "protocol", "domain"]

/** Modules and the places that may import them: all others must be refused. */
const owned: ReadonlyArray<[module: string, owners: ReadonlyArray<string>]> = [
  [
    "effect/socket/Socket",
    ["transport", "cluster", "client", "scenario", "load", "testing", "client/transport", tcpClient],
  ],
  ["@effect/platform-node/NodeSocket", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["@effect/platform-node/NodeSocketServer", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["node:net", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["net", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["node:tls", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["ws", ["transport", "cluster", "proxy", "load", tcpClient]],
  ["node:dgram", ["discovery"]],
  ["dns-packet", ["discovery"]],
  ["effect/http/HttpServer", ["http", "proxy", "observability"]],
  ["effect/http-api/HttpApi", ["http", "proxy", "observability"]],
  ["@effect/platform-node/NodeHttpServer", ["http", "proxy", "observability"]],
  ["effect/sql/SqlClient", ["storage"]],
  ["@effect/sql-pg/PgClient", ["storage"]],
  ["node:sqlite", ["storage"]],
  ["effect/cluster/Sharding", ["cluster"]],
  ["effect/rpc/Rpc", ["cluster"]],
  ["effect/observability/Otlp", ["observability"]],
  ["effect/cli/Command", ["cli"]],
  ["effect/testing/TestClock", ["testing"]],
  ["effect", []],
  ["@effect/platform-node", []],
  ["natter", []],
  ["natter/hub", []],
  ["node:fs", places.filter((place) => !inBrowsers.includes(place))],
  ["@effect/platform-node/NodeCrypto", places.filter((place) => !inBrowsers.includes(place))],
  ["effect/Effect", places],
]

/** Code that a rule must refuse, beside code that must pass: a file of src/hub/ unless it says otherwise. */
const offences: Record<string, { rule: string; bad: string; good: string; file?: string }> = {
  "an import cycle": {
    rule: "import(no-cycle)",
    bad: `import { b } from "./Cycle.ts"\nexport const a = () => b`,
    good: `import { Target } from "./Target.ts"\nexport const a = () => Target`,
  },
  "Date.now": {
    rule: "eslint(no-restricted-globals)",
    bad: `export const a = () => Date.now()`,
    good: `import * as Clock from "effect/Clock"\nexport const a = Clock.monotonicTimeNanos`,
  },
  "the wall clock, where something lasts": {
    rule: "eslint(no-restricted-properties)",
    bad: `import * as Clock from "effect/Clock"\nexport const a = Clock.currentTimeMillis`,
    good: `import * as Clock from "effect/Clock"\nexport const a = Clock.monotonicTimeNanos`,
  },
  "new Date": {
    rule: "eslint(no-restricted-globals)",
    bad: `export const a = () => new Date()`,
    good: `import * as DateTime from "effect/DateTime"\nexport const a = DateTime.now`,
  },
  "performance.now": {
    rule: "eslint(no-restricted-globals)",
    bad: `export const a = () => performance.now()`,
    good: `export const a = (clock: { now: () => number }) => clock.now()`,
  },
  "Math.random": {
    rule: "eslint(no-restricted-properties)",
    bad: `export const a = () => Math.random()`,
    good: `export const a = () => Math.max(1, 2)`,
  },
  "a fiber without a scope": {
    rule: "eslint(no-restricted-properties)",
    bad: `import * as Effect from "effect/Effect"\nexport const a = Effect.forkDetach(Effect.void)`,
    good: `import * as Effect from "effect/Effect"\nexport const a = Effect.forkChild(Effect.void)`,
  },
  "the console": {
    rule: "eslint(no-console)",
    bad: `export const a = () => console.log("a")`,
    good: `import * as Effect from "effect/Effect"\nexport const a = Effect.log("a")`,
  },
  any: {
    rule: "typescript(no-explicit-any)",
    bad: `export const a = (value: any) => [value]`,
    good: `export const a = (value: unknown) => [value]`,
  },
  "a floating promise": {
    rule: "typescript(no-floating-promises)",
    bad: `export const a = (work: () => Promise<void>) => {\n  work()\n}`,
    good: `export const a = async (work: () => Promise<void>) => {\n  await work()\n}`,
  },
  "an inline type import": {
    rule: "typescript(consistent-type-imports)",
    bad: `export type A = import("../protocol/Target.ts").Target`,
    good: `import type { Target } from "../protocol/Target.ts"\nexport type A = Target`,
  },
  "an import by a roundabout way": {
    rule: "eslint(no-restricted-imports)",
    bad: `export * from "../protocol/../hub/Target.ts"`,
    good: `export * from "../protocol/Target.ts"`,
  },
  "a dynamic import against the direction": {
    rule: "eslint(no-restricted-imports)",
    bad: `export const a = () => import("../session/Target.ts")`,
    good: `export const a = () => import("../protocol/Target.ts")`,
  },
  "an import from outside src": {
    rule: "eslint(no-restricted-imports)",
    bad: `export * from "../../scripts/Target.ts"`,
    good: `export * from "./Target.ts"`,
  },
  "another folder's internal": {
    rule: "eslint(no-restricted-imports)",
    bad: `export * from "../protocol/internal/Target.ts"`,
    good: `export * from "./internal/Target.ts"`,
  },
  "the internal of a folder below": {
    rule: "eslint(no-restricted-imports)",
    bad: `export * from "./below/internal/Target.ts"`,
    good: `export * from "./below/Target.ts"`,
  },
  "the internal of a folder beside it": {
    rule: "eslint(no-restricted-imports)",
    file: "src/hub/below/Name.ts",
    bad: `export * from "../beside/internal/Target.ts"`,
    good: `export * from "../internal/Target.ts"`,
  },
  "an internal of src, in a script": {
    rule: "eslint(no-restricted-imports)",
    file: "scripts/somewhere/Name.ts",
    bad: `export * from "../../src/protocol/internal/Target.ts"`,
    good: `export * from "../../src/protocol/Target.ts"`,
  },
  "the folder of another subcommand": {
    rule: "eslint(no-restricted-imports)",
    file: "src/cli/talk/Name.ts",
    bad: `export * from "../load/Target.ts"`,
    good: `export * from "../Target.ts"`,
  },
  "a file of more than 400 lines": {
    rule: "eslint(max-lines)",
    bad: Array.from({ length: 401 }, (_, line) => `export const a${line} = ${line}`).join("\n"),
    good: Array.from({ length: 400 }, (_, line) => `export const a${line} = ${line}`).join("\n"),
  },
  "an import of the page that is for the server": {
    rule: "eslint(no-restricted-imports)",
    file: "src/web/below/Name.tsx",
    bad: `export * from "../../http/Target.ts"`,
    good: `export const now = () => Date.now()\nexport * from "../../client/Target.ts"`,
  },
  "chance in the page": {
    rule: "eslint(no-restricted-properties)",
    file: "src/web/Name.tsx",
    bad: `export const a = () => Math.random()`,
    good: `export const a = () => crypto.getRandomValues(new Uint8Array(4))`,
  },
  "a folder that has no place in the house": {
    rule: "eslint(no-restricted-imports)",
    file: "src/somewhere/Name.ts",
    bad: `export * from "../domain/Target.ts"`,
    good: `export const a = 1`,
  },
  "a folder too deep for the directions": {
    rule: "eslint(no-restricted-imports)",
    file: "src/hub/deep/deep/deep/Name.ts",
    bad: `export * from "../../../../domain/Target.ts"`,
    good: `export const a = 1`,
  },
  "a test that is left out": {
    rule: "vitest(no-disabled-tests)",
    file: "test/Name.test.ts",
    bad: `import { expect, test } from "vitest"\ntest.skip("a", () => expect(1).toBe(1))`,
    good: `import { expect, test } from "vitest"\ntest("a", () => expect(1).toBe(1))`,
  },
  "a test that leaves out the others": {
    rule: "vitest(no-focused-tests)",
    file: "test/Name.test.ts",
    bad: `import { expect, test } from "vitest"\ntest.only("a", () => expect(1).toBe(1))`,
    good: `import { expect, test } from "vitest"\ntest("a", () => expect(1).toBe(1))`,
  },
}

const offenceProbe = (index: number, kind: "Bad" | "Good") =>
  (Object.values(offences)[index]?.file ?? "src/hub/Name.ts").replace("Name", `${kind}${index}`)

const directionProbe = (from: string, to: string, depth: number) => `src/${from}/${"deep/".repeat(depth)}To_${to}.ts`

/** A place that is a file has a line for each module. */
const moduleProbe = (place: string, module: string) =>
  place.endsWith(".ts")
    ? `src/${place}:${owned.findIndex(([other]) => other === module) + 1}`
    : `src/${place}/Uses_${module.replaceAll(/\W/g, "_")}.ts`

const depths = [0, 1, 2]

interface Diagnostic {
  readonly code: string
  readonly filename: string
  readonly labels: ReadonlyArray<{ readonly span: { readonly line: number } }>
}

let project: string
let reported: Map<string, ReadonlyArray<string>>

const write = (file: string, content: string) => {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), `${content}\n`)
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "natter-lint-"))
  for (const file of ["oxlint.config.ts", "tsconfig.json", "package.json"]) cpSync(file, join(project, file))
  symlinkSync(resolve("node_modules"), join(project, "node_modules"))

  for (const folder of folders) write(`src/${folder}/Target.ts`, "export interface Target {}\nexport const Target = 1")
  for (const from of folders)
    for (const to of folders)
      for (const depth of depths)
        if (from !== to)
          write(directionProbe(from, to, depth), `export * from "${"../".repeat(depth + 1)}${to}/Target.ts"`)
  for (const place of places)
    if (place !== tcpClient)
      for (const [module] of owned) write(moduleProbe(place, module), `export * from "${module}"`)
  write(`src/${tcpClient}`, owned.map(([module]) => `export * from "${module}"`).join("\n"))
  for (const [index, { bad, good }] of Object.values(offences).entries()) {
    write(offenceProbe(index, "Bad"), bad)
    write(offenceProbe(index, "Good"), good)
  }
  write("src/hub/Cycle.ts", `import { a } from "./Bad0.ts"\nexport const b = () => a`)

  const { stdout } = spawnSync(
    process.execPath,
    [resolve("node_modules/oxlint/bin/oxlint"), "--type-aware", "--deny-warnings", "--format", "json"],
    { cwd: project, encoding: "utf8", maxBuffer: 1 << 28 },
  )
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: ReadonlyArray<Diagnostic> }
  const where = ({ filename, labels }: Diagnostic) =>
    filename === `src/${tcpClient}` ? `${filename}:${labels[0]?.span.line}` : filename
  reported = new Map(
    Object.entries(Object.groupBy(diagnostics, where)).map(([file, found = []]) => [
      file,
      found.map(({ code }) => code),
    ]),
  )
}, 60_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

const restricted = ["eslint(no-restricted-imports)"]

test("every folder of src has its place", () => {
  const real = readdirSync("src", { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders).toEqual(expect.arrayContaining(real.map(({ name }) => name)))
})

describe("imports run one way", () => {
  test.for(folders)("from %s", (from) => {
    const others = folders.filter((to) => to !== from)
    for (const depth of depths) {
      const refused = others.filter((to) => reported.has(directionProbe(from, to, depth)))
      expect(refused).toEqual(others.filter((to) => !isAllowed(from, to)))
      for (const to of refused) expect(reported.get(directionProbe(from, to, depth))).toEqual(restricted)
    }
  })
})

describe("a module has its owners", () => {
  test.for(owned)("%s", ([module, owners]) => {
    const refused = places.filter((place) => reported.has(moduleProbe(place, module)))
    expect(refused).toEqual(places.filter((place) => !owners.includes(place)))
    for (const place of refused) expect(new Set(reported.get(moduleProbe(place, module)))).toEqual(new Set(restricted))
  })
})

describe("refuses", () => {
  test.for(Object.entries(offences).map(([name, offence], index) => ({ name, index, ...offence })))(
    "$name",
    ({ index, rule }) => {
      expect(reported.get(offenceProbe(index, "Bad"))).toEqual([rule])
      expect(reported.get(offenceProbe(index, "Good"))).toBeUndefined()
    },
  )
})
