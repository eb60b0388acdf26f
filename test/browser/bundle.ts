/** Scripts as a browser gets them. */
import { isBuiltin } from "node:module"
import { build, type Rolldown } from "vite"

export interface Bundle {
  readonly code: string
  /** Scripts that it loads when it starts. */
  readonly imports: ReadonlyArray<string>
  /** Scripts that it loads when it needs them, by their paths. */
  readonly later: ReadonlyMap<string, string>
  /** Modules of Node that it asked for. */
  readonly nodeModules: ReadonlyArray<string>
}

/** The script of a file and of everything that it imports: a module, or, as a classic script, everything in one. */
export const bundle = async (input: string, format: "es" | "iife" = "es"): Promise<Bundle> => {
  const nodeModules: Array<string> = []
  const { output } = (await build({
    configFile: false,
    logLevel: "error",
    plugins: [
      {
        name: "modules of Node",
        enforce: "pre",
        resolveId: (id) => {
          // Vite would replace it by an empty module.
          if (isBuiltin(id) || id.startsWith("@effect/platform-node")) nodeModules.push(id)
          return undefined
        },
      },
    ],
    // What is loaded later is loaded once: nothing has to be fetched ahead.
    build: { write: false, minify: true, modulePreload: false, rolldownOptions: { input, output: { format } } },
  })) as Rolldown.RolldownOutput
  const [{ code, imports }, ...others] = output
  const later = new Map(others.map((other) => [other.fileName, other.type === "chunk" ? other.code : ""]))
  return { code, imports, later, nodeModules }
}
