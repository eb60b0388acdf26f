/** Scripts as a browser gets them. */
import { isBuiltin } from "node:module"
import { build, type Rolldown } from "vite"

export interface Bundle {
  readonly code: string
  /** Scripts that it would load besides. */
  readonly imports: ReadonlyArray<string>
  /** Modules of Node that it asked for. */
  readonly nodeModules: ReadonlyArray<string>
}

/** One script of a file and of everything that it imports. */
export const bundle = async (input: string): Promise<Bundle> => {
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
    build: { write: false, minify: true, rolldownOptions: { input, output: { format: "iife" } } },
  })) as Rolldown.RolldownOutput
  const [{ code, dynamicImports, imports }, ...others] = output
  return { code, imports: [...imports, ...dynamicImports, ...others.map(({ fileName }) => fileName)], nodeModules }
}
