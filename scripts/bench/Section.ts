// A part of docs/BENCHMARKS.md that a benchmark writes by itself, between two comments with its name.
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { BenchError } from "./BenchError.ts"
import { root } from "./ServerProcess.ts"

const file = `${root}/docs/BENCHMARKS.md`

/** The document with `content` as its section `name`; undefined where it has no such section. */
export const replaced = (document: string, name: string, content: string): string | undefined => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from === -1 || to < from) return undefined
  return `${document.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${document.slice(to)}`
}

export const write = Effect.fnUntraced(function* (name: string, content: string) {
  const files = yield* FileSystem.FileSystem
  const document = replaced(yield* files.readFileString(file), name, content)
  if (document === undefined) return yield* new BenchError({ message: `docs/BENCHMARKS.md has no section ${name}` })
  yield* files.writeFileString(file, document)
})
