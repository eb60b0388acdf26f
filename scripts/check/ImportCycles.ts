// Import cycles among files. Type imports count, too: files of a cycle cannot be understood one after the other.
import * as fs from "node:fs"
import * as path from "node:path"

/** The files that a file imports, by the names of both. */
export type Imports = ReadonlyMap<string, ReadonlyArray<string>>

/** Files in a cycle, each of which imports the next; the last imports the first. */
export type Cycle = ReadonlyArray<string>

/** `import … from "./a.ts"`, `export … from "./a.ts"`, `import "./a.tsx"` and `import("./a.ts")`. */
const specifier = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g

const comments = /^\s*(?:\/\/.*|\/\*[^]*?\*\/)$/gm

/** What the files below these folders import of one another. */
export const read = (folders: ReadonlyArray<string>): Imports => {
  const files = folders.flatMap((folder) =>
    fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => path.posix.join(folder, file)),
  )
  const known = new Set(files)
  return new Map(
    files.toSorted().map((file) => {
      const text = fs.readFileSync(file, "utf8").replaceAll(comments, "")
      const imported = [...text.matchAll(specifier)].map(([, to]) => path.posix.join(path.posix.dirname(file), to!))
      return [file, [...new Set(imported)].filter((to) => known.has(to))]
    }),
  )
}

/** The shortest path from one file to another along imports; undefined where there is none. */
const pathBetween = (imports: Imports, from: string, to: string): Cycle | undefined => {
  const before = new Map<string, string | undefined>([[from, undefined]])
  for (const file of before.keys()) {
    if (file === to) {
      const steps: Array<string> = []
      for (let at: string | undefined = file; at !== undefined; at = before.get(at)) steps.unshift(at)
      return steps
    }
    for (const next of imports.get(file) ?? []) if (!before.has(next)) before.set(next, file)
  }
  return undefined
}

/** Begins with the file whose name comes first, so that a cycle is found only once. */
const turned = (cycle: Cycle): Cycle => {
  const first = cycle.indexOf(cycle.toSorted()[0]!)
  return [...cycle.slice(first), ...cycle.slice(0, first)]
}

/** For each import that is part of a cycle, the shortest one that it is part of. */
export const cyclesOf = (imports: Imports): ReadonlyArray<Cycle> => {
  const cycles = new Map<string, Cycle>()
  for (const [file, others] of imports) {
    for (const other of others) {
      const found = pathBetween(imports, other, file)
      if (found === undefined) continue
      // The path ends with the file that imports its beginning.
      const cycle = turned(found)
      cycles.set(cycle.join(" "), cycle)
    }
  }
  return [...cycles.values()]
}
