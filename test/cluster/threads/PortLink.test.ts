import { assert, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { setImmediate } from "node:timers/promises"
import { MessageChannel } from "node:worker_threads"
import { PortLink } from "../../../src/cluster/threads/PortLink.ts"

const message = '{"type":"Brought","request":1}'

const nothing = { up: () => {}, down: () => {}, receive: () => {} }

describe("a link between two threads", () => {
  it("sends what was said in one turn of the event loop in one piece", async () => {
    const { port1, port2 } = new MessageChannel()
    const link = new PortLink({ port: port1, bound: 1000, ...nothing })
    link.start()
    const pieces: Array<unknown> = []
    port2.on("message", (piece) => pieces.push(piece))
    link.say("1")
    link.say("2")
    await once(port2, "message")
    link.say("3")
    await once(port2, "message")
    assert.deepStrictEqual(pieces, [
      ["Said", "[1,2]", 0],
      ["Said", "[3]", 0],
    ])
    link.close()
  })

  it("counts what is on the way to the character, however often something is said", async () => {
    const { port1, port2 } = new MessageChannel()
    const bound = 1000
    let ups = 0
    const link = new PortLink({ port: port1, bound, ...nothing, up: () => ups++ })
    link.start()
    const other = new PortLink({ port: port2, bound, ...nothing })
    other.start()
    for (let n = 0; n < 999; n++) {
      assert.isTrue(link.say(message))
      assert.isTrue(link.say(message))
      await setImmediate()
      await setImmediate()
    }
    // The other end says at the latest at an eighth of the bound what it has taken: the rest is still counted.
    const space = " ".repeat(bound - bound / 8)
    assert.isFalse(link.say(`${message}${space}${space}`) && link.say(message))
    await once(port1, "message")
    assert.strictEqual(ups, 2)
    link.close()
  })
})
