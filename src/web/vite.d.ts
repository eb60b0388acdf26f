/** What the build puts in the place of these. */
declare module "*.css"

interface ImportMeta {
  /** Modules by their paths, each loaded when it is asked for. */
  readonly glob: <Module>(patterns: ReadonlyArray<string>) => Readonly<Record<string, () => Promise<Module>>>
}
