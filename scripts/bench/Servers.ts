// The servers that are measured against each other.
import { host } from "./ServerProcess.ts"
import type { ServerCommand } from "./ServerProcess.ts"

const service = (name: string, ...settings: ReadonlyArray<string>): ServerCommand => ({
  name,
  args: (port, folder) =>
    ["src/cli/main.ts", "serve", "--host", host, "--port", String(port), "--data", folder].concat(
      ["--accounts", "guest"],
      ["--rate-limits", "off"],
      settings,
    ),
})

/**
 * Ours, as anybody would start it, for guests and without rate limits: a benchmark talks faster than people do. Its
 * history is in memory: what the disk costs is measured by itself.
 */
export const natter = service("natter", "--storage", "memory")

/** Where the history can be; the others are compared with the first. */
export const histories: ReadonlyArray<ServerCommand> = [
  service("memory", "--storage", "memory"),
  service("sqlite", "--storage", "sqlite"),
]

const bare = (name: string, file: string): ServerCommand => ({
  name,
  args: (port) => [`scripts/bench/reference/${file}`, "--host", host, "--port", String(port)],
})

/** Bare Node at its best: what others are compared with. */
export const reference = bare("reference", "batched.ts")

/** Bare Node with one write per message and member. */
export const unbatched = bare("unbatched", "unbatched.ts")

export const servers = { natter, reference, unbatched }
