/**
 * Fills in what is missing in test/fixtures/wire/v2.json: write a frame there as an object, and it becomes its JSON text
 * and its MessagePack in hexadecimal. What is there already is never changed, since clients depend on it.
 */
import * as fs from "node:fs"
import * as Result from "effect/Result"
import * as Codec from "../../src/protocol/Codec.ts"
import * as Encoding from "../../src/protocol/Encoding.ts"
import { headerBytes } from "../../src/protocol/Framing.ts"
import type { Wire } from "../../src/protocol/Wire.ts"

type Side = (codec: Codec.Codec["name"]) => Wire<2, unknown, unknown>

const file = new URL("../../test/fixtures/wire/v2.json", import.meta.url)
const goldens: Record<"client" | "server", ReadonlyArray<object>> = JSON.parse(fs.readFileSync(file, "utf8"))

/** Each frame is read as its receiver reads it and written as its sender writes it, so that no wrong frame gets in. */
const filled = (frames: ReadonlyArray<object>, write: Side, read: Side) =>
  frames.map((frame) => {
    if ("json" in frame) return frame
    const sent = Result.getOrThrow(read("json").decode(Codec.json.encode(frame)))
    const body = (codec: Codec.Codec["name"]) => Buffer.from(write(codec).encode(sent).subarray(headerBytes))
    return { json: body("json").toString(), msgpack: body("msgpack").toString("hex") }
  })

const client = filled(goldens.client, Encoding.client2 as Side, Encoding.server2 as Side)
const server = filled(goldens.server, Encoding.server2 as Side, Encoding.client2 as Side)
fs.writeFileSync(file, `${JSON.stringify({ client, server }, null, 2)}\n`)
