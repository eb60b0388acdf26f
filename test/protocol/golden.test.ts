/** Version 2's frames as they are on the wire, kept: a change here is a change for every client there is. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { frame } from "../../src/protocol/Framing.ts"
import type { Wire } from "../../src/protocol/Wire.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import goldens from "../fixtures/wire/v2.json" with { type: "json" }

/** Bytes as JSON has them. */
const inJson = (frame: unknown): unknown => {
  const { data } = frame as { readonly data?: Uint8Array }
  return data === undefined ? frame : { ...(frame as object), data: Buffer.from(data).toString("base64") }
}

type Side = Wire<2, unknown, unknown>
const codecs = ["json", "msgpack"] as const

describe.each([
  ["client", goldens.client, Client.all, Encoding.client2, Encoding.server2],
  ["server", goldens.server, Server.all, Encoding.server2, Encoding.client2],
] as const)("what the %s says", (_, golden, frames, writer, reader) => {
  describe.each(golden)("$json", ({ json, msgpack }) => {
    const wire = { json: Buffer.from(json), msgpack: Buffer.from(msgpack, "hex") }

    it.each(codecs)("is written in %s as it always was", (codec) => {
      const value = Result.getOrThrow((reader("json") as Side).decode(wire.json))
      const written = (writer(codec) as Side).encode(value)
      assert.deepStrictEqual(Buffer.from(written), Buffer.from(frame(wire[codec])))
    })

    it.each(codecs)("is read in %s as it always was", (codec) => {
      const read = Result.getOrThrow((reader(codec) as Side).decode(wire[codec]))
      assert.deepStrictEqual(inJson(read), JSON.parse(json))
    })
  })

  it("is here with every frame and every field", () => {
    const seen = new Map<string, Set<string>>()
    for (const { json } of golden) {
      const value = JSON.parse(json)
      seen.set(value.type, new Set([...(seen.get(value.type) ?? []), ...Object.keys(value)]))
    }
    const known = new Map(frames.map((frame) => [frame.fields.type.literal, new Set(Object.keys(frame.fields))]))
    assert.deepStrictEqual(new Map([...seen].toSorted()), new Map([...known].toSorted()))
  })
})
