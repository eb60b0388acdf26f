// The servers that are measured against each other.
import { host } from "./ServerProcess.ts"
import type { ServerCommand } from "./ServerProcess.ts"

/** Ours, as anybody would start it, for guests and without rate limits: a benchmark talks faster than people do. */
export const natter: ServerCommand = {
  name: "natter",
  args: (port, folder) =>
    ["src/cli/main.ts", "serve", "--host", host, "--port", String(port), "--data", folder].concat(
      ["--accounts", "guest"],
      ["--rate-limits", "off"],
    ),
}

const bare = (name: string, file: string): ServerCommand => ({
  name,
  args: (port) => [`scripts/bench/reference/${file}`, "--host", host, "--port", String(port)],
})

/** Bare Node at its best: what others are compared with. */
export const reference = bare("reference", "batched.ts")

/** Bare Node with one write per message and member. */
export const unbatched = bare("unbatched", "unbatched.ts")

export const servers = { natter, reference, unbatched }
