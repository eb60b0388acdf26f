// The Node limit for what is on disk: the version 2 server before a thread with `node:sqlite`. What is said while a
// transaction runs is the next transaction. Nobody is told of a message, nor is it answered, before it is committed.
import { Worker } from "node:worker_threads"
import { argument } from "./Bare.ts"
import { deliver } from "./joined.ts"
import { serve } from "./Sessions.ts"

const thread = new Worker(new URL("./durableThread.ts", import.meta.url), { workerData: argument("data", ".") })
let stored: (() => void) | undefined
thread.on("message", () => stored?.())
thread.on("error", (error) => {
  throw error
})

serve(deliver, {
  store: (messages, onStored) => {
    stored = onStored
    thread.postMessage(messages)
  },
})
