import { assert, describe, it } from "@effect/vitest"
import { clock } from "../../../src/cli/doctor/clock.ts"
import { files, memory, node } from "../../../src/cli/doctor/machine.ts"
import { trouble } from "./findings.ts"

const MiB = 1024 * 1024

describe("natter doctor looks at the machine", () => {
  it("and whether as many files may be open as there are to be connections", () => {
    const of = (total: number, limit: number | undefined) =>
      trouble([files({ connections: { total, perAddress: 1 } }, limit)]).join()
    assert.strictEqual(of(1000, 1100), "")
    assert.strictEqual(of(1000, undefined), "")
    assert.match(of(1001, 1100), /^warning: 1100 may be open, .* -> raise .* set connections.total to 1000 or less$/)
    assert.match(of(100_000, 256), /^problem: 256 may be open/)
  })

  it("and whether there is memory for them, in a container, too", () => {
    const machine = { container: undefined, machine: 16_000 * MiB, heap: 4000 * MiB, used: undefined }
    assert.deepStrictEqual(trouble(memory(machine, 10_000)), [])
    assert.match(
      trouble(memory({ ...machine, container: 256 * MiB, heap: 200 * MiB }, 100_000)).join(),
      /^warning: the container may have 256 MiB; 100000 idle .* -> give it more, or set connections.total to \d+ or less$/,
    )
    assert.match(
      trouble(memory({ ...machine, container: 512 * MiB }, 100)).join(),
      /^warning: Node would let its heap grow to 4000 MiB, .* -> NODE_OPTIONS=--max-old-space-size=384$/,
    )
  })

  it("and at Node", () => {
    assert.deepStrictEqual(trouble([node("v24.7.0")]), [])
    assert.match(trouble([node("v25.1.0")]).join(), /^warning: Node v25.1.0/)
  })

  it("and at the clock", () => {
    const right = { now: 2_000, installed: 1_000, future: [], drift: 3, synchronised: true }
    assert.deepStrictEqual(trouble(clock(right)), [])
    assert.deepStrictEqual(trouble(clock({ ...right, synchronised: undefined })), [])
    assert.match(
      trouble(clock({ ...right, now: 500 })).join(),
      /^problem: it says 1970-.* before this Natter was installed/,
    )
    assert.match(trouble(clock({ ...right, future: ["natter.db"] })).join(), /^warning: natter.db: .* it was set back/)
    assert.match(trouble(clock({ ...right, drift: -5000 })).join(), /^warning: it went wrong by -5000 ms/)
    assert.match(
      trouble(clock({ ...right, synchronised: false })).join(),
      /^warning: nobody keeps it right -> .*set-ntp/,
    )
  })
})
