import * as Effect from "effect/Effect"
import { MessageChannel } from "node:worker_threads"
import { ThreadNodes } from "../../../src/cluster/threads/ThreadNodes.ts"
import { NodeId } from "../../../src/domain/NodeId.ts"
import { nodesSuite } from "../../suites/nodes.ts"

const bound = 1_000_000

/** Threads, but for the threads: what is between them are ports all the same. The first owns all. */
nodesSuite("ports between threads", {
  tooMuch: 2 * bound,
  open: (count) =>
    Effect.sync(() => {
      const names = Array.from({ length: count }, (_, n) => NodeId.make(`thread ${n}`))
      const threads = names.map((self) => new ThreadNodes({ self, owner: names[0]!, bound }))
      for (const [at, one] of threads.entries()) {
        for (const [other, another] of threads.entries()) {
          if (other >= at) continue
          const { port1, port2 } = new MessageChannel()
          one.attach(names[other]!, port1)
          another.attach(names[at]!, port2)
        }
      }
      return threads.map(({ nodes }) => ({ nodes }))
    }),
})
