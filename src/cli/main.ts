// Starts `natter`. What Node compiled is kept for the next start, which saves a third of the time: in a folder of the
// user's own, since whoever can write there decides what is run. That has to be said before anything is loaded.
import { enableCompileCache } from "node:module"
import { join } from "node:path"
import { surviveLoading } from "./serve/survivors.ts"

if (process.argv[2] === "serve") surviveLoading()

// Node takes it for a wish to be debugged, and opens a port on which any program of this machine, whoever runs it, can have
// this one do anything. Who wants that starts Node with `--inspect`.
process.on("SIGUSR1", () => {})

const { HOME, XDG_CACHE_HOME } = process.env
const cache = XDG_CACHE_HOME || (HOME && join(HOME, ".cache"))
if (cache) enableCompileCache(join(cache, "natter"))

await import("./natter.ts")
