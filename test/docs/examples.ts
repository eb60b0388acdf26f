/** The examples in the documents, compiled and run as a reader would. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { execFile, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as readline from "node:readline"
import { promisify } from "node:util"
import { afterAll } from "vitest"

const root = path.join(import.meta.dirname, "../..")

const textOf = (document: string): string => fs.readFileSync(path.join(root, document), "utf8")

const examplesIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code!)

/** The examples under a heading, as they stand in the document. */
export const examples = (document: string, heading: string): ReadonlyArray<string> => {
  const text = textOf(document)
  return examplesIn(text.slice(text.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1]!)
}

/** The examples of all documents. */
export const allExamples = (): ReadonlyArray<string> => {
  const documents = fs.readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"))
  return ["README.md", ...documents.map((name) => `docs/${name}`)].flatMap((document) => examplesIn(textOf(document)))
}

// Inside the project, so that the example finds its packages; ignored by git.
fs.mkdirSync(path.join(root, "coverage"), { recursive: true })
const folder = fs.mkdtempSync(path.join(root, "coverage/examples-"))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const compiler = [
  path.join(root, `node_modules/@effect/tsgo-${process.platform}-${process.arch}/lib/tsc`),
  path.join(root, "node_modules/.bin/tsc"),
].find((file) => fs.existsSync(file))!

/** What the package's names stand for, from package.json. */
const { exports } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly exports: Record<string, string | { readonly default: string }>
}
const paths = Object.fromEntries(
  Object.entries(exports).flatMap(([name, target]) =>
    typeof target === "string"
      ? []
      : [[name.replace(".", "natter"), [target.default.replace("./dist", "../../src").replace(/js$/, "ts")]]],
  ),
)

/** What the compiler says of them; nothing, if they are right. */
export const compile = (...codes: ReadonlyArray<string>): string => {
  const files = codes.map((code, index) => {
    fs.writeFileSync(path.join(folder, `example${index}.ts`), code)
    return `example${index}.ts`
  })
  const project = { extends: "../../tsconfig.json", compilerOptions: { paths }, include: files }
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(project))
  return spawnSync(compiler, ["-p", folder], { encoding: "utf8" }).stdout
}

/** The example as a file that runs from here. */
const write = (code: string): string => {
  const file = path.join(folder, "run.ts")
  fs.writeFileSync(
    file,
    code.replace(/from "(natter.*?)"/g, (_, name: string) => `from "${paths[name]![0]}"`),
  )
  return file
}

const linesOf = async (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}): Promise<ReadonlyArray<string>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [...args], { env: { ...process.env, ...env } })
  return stdout.trim().split("\n")
}

/** The lines that the example prints, when it has ended. */
export const run = (code: string, env: NodeJS.ProcessEnv = {}): Promise<ReadonlyArray<string>> =>
  linesOf([write(code)], env)

/** The lines that come of a scenario, played in the simulation. */
export const played = (natter: string, scenario: string): Promise<ReadonlyArray<string>> =>
  linesOf([natter, "load", "run", write(scenario), "--simulate"])

/** The example while it runs, until the scope closes; `line` is the next line that it prints. */
export const running = (code: string, env: NodeJS.ProcessEnv) =>
  Effect.gen(function* () {
    const lines = yield* Queue.bounded<string>(100)
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [write(code)], {
          env: { ...process.env, ...env },
          stdio: ["ignore", "pipe", "inherit"],
        }),
      ),
      (child) => Effect.sync(() => void child.kill("SIGKILL")),
    )
    readline.createInterface({ input: child.stdout }).on("line", (line) => Queue.offerUnsafe(lines, line))
    return { line: Queue.take(lines) }
  })
