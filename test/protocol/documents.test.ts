/** What is made from the code: the reference and the JSON Schema. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Disconnect from "../../src/domain/Disconnect.ts"
import * as RequestError from "../../src/domain/RequestError.ts"
import * as V1 from "../../src/protocol/v1/Message.ts"
import { toJson } from "../../src/protocol/internal/bytesInJson.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"
import { renew } from "../../scripts/docs/Document.ts"
import { documents } from "../../scripts/docs/main.ts"
import { protocolReference } from "../../scripts/docs/ProtocolReference.ts"
import { protocolSchema } from "../../scripts/docs/ProtocolSchema.ts"
import goldens1 from "../fixtures/wire/v1.json" with { type: "json" }
import goldens2 from "../fixtures/wire/v2.json" with { type: "json" }
import { takes } from "./JsonSchemaCheck.ts"

const schema = JSON.parse(protocolSchema.render())

describe("the documents", () => {
  it("are the same each time", () => {
    for (const document of documents) assert.strictEqual(document.render(), document.render())
  })

  it("are found stale, written, and then not stale", () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "natter-docs-"))
    try {
      const paths = documents.map((document) => document.path)
      assert.deepStrictEqual(renew(documents, root, true), paths)
      assert.deepStrictEqual(renew(documents, root, false), paths)
      assert.deepStrictEqual(renew(documents, root, true), [])
      fs.appendFileSync(path.join(root, paths[0]!), " ")
      assert.deepStrictEqual(renew(documents, root, true), [paths[0]!])
    } finally {
      fs.rmSync(root, { recursive: true })
    }
  })

  it("are what the code says now", () => {
    assert.deepStrictEqual(renew(documents, path.join(import.meta.dirname, "../.."), true), [])
  })

  it("say when they are stale, and how to renew them", () => {
    const main = path.join(import.meta.dirname, "../../scripts/docs/main.ts")
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, "--check"], { encoding: "utf8" })
    assert.strictEqual(stdout + stderr, "")
    assert.strictEqual(status, 0)
  })
})

describe("the reference", () => {
  const text = protocolReference.render()

  it("has every frame, every field and every code", () => {
    for (const frame of [...V1.all, ...Client.all, ...Server.all]) {
      assert.include(text, `\n#### ${frame.fields.type.literal}\n`)
      for (const field of Object.keys(frame.fields)) if (field !== "type") assert.include(text, `| \`${field}\``)
    }
    for (const [name, { code, message }] of Object.entries({ ...RequestError.catalog, ...Disconnect.catalog })) {
      assert.match(text, new RegExp(`\\| ${code} +\\| \`${name}\` .*\\| ${message} +\\|`))
    }
  })

  it("says of each frame what it is for, and answers it by frames that there are", () => {
    const known = (frames: ReadonlyArray<{ readonly fields: { readonly type: { readonly literal: string } } }>) =>
      frames.map((frame) => `\`${frame.fields.type.literal}\``)
    const answers = [...text.matchAll(/Answered by (`\w+`)\./g), ...text.matchAll(/hear of it by (`\w+`)\./g)]
    assert.isAbove(answers.length, 15)
    for (const [, frame] of answers) assert.include([...known(Server.all), ...known(V1.all)], frame!)
    for (const [section] of text.matchAll(/#### \w+\n\n.*/g)) assert.match(section, /\n\n[A-Z].*\.$/)
  })
})

describe("the JSON Schema", () => {
  it.each(goldens2.client)("takes what a client says: $json", ({ json }) => {
    assert.isTrue(takes(schema, "ClientFrame2", JSON.parse(json)))
  })

  it.each(goldens2.server)("takes what a server says: $json", ({ json }) => {
    assert.isTrue(takes(schema, "ServerFrame2", JSON.parse(json)))
  })

  it.each(goldens1.encode.filter(({ json }) => !/9007199254740993|18446744073709551615/.test(json)))(
    "takes what Rust says: $json",
    ({ json }) => {
      assert.isTrue(takes(schema, "Message1", JSON.parse(json)))
    },
  )

  describe.each([
    ["Message1", V1.all],
    ["ClientFrame2", Client.all],
    ["ServerFrame2", Server.all],
  ] as const)("%s", (definition, frames) => {
    it.prop("takes whatever there can be", [Arbitrary.all(frames.map((frame) => Arbitrary.schema(frame)))], ([all]) => {
      for (const frame of all) assert.isTrue(takes(schema, definition, toJson(frame)), JSON.stringify(frame))
    })
  })

  const client = { type: "Publish", ref: 1, channel: "lobby", id: "i", content: "hello" }
  it.each<readonly [string, unknown]>([
    ["no frame", "Publish"],
    ["no type", { ...client, type: undefined }],
    ["a type that is not there", { ...client, type: "Shout" }],
    ["a type that only a server uses", { type: "Ok" }],
    ["a field more", { ...client, channels: [] }],
    ["a field less", { type: "Publish", channel: "lobby", content: "hello" }],
    ["a null", { ...client, ref: null }],
    ["a number for a text", { ...client, content: 7 }],
    ["a text for a number", { ...client, ref: "1" }],
    ["half a number", { ...client, ref: 1.5 }],
    ["a negative number", { ...client, ref: -1 }],
    ["a number too large", { ...client, ref: 2 ** 53 }],
    ["a channel that cannot be", { ...client, channel: "a b" }],
    ["a channel that is too long", { ...client, channel: "x".repeat(65) }],
    ["an id that cannot be", { ...client, id: "" }],
    ["a status that there is not", { type: "SetStatus", status: "gone" }],
    ["a topic that is too long", { type: "SetTopic", channel: "a", topic: "x".repeat(257) }],
    ["a password that is too long", { type: "Login", username: "a", password: "x".repeat(1025) }],
  ])("refuses %s", (_, value) => {
    assert.isTrue(takes(schema, "ClientFrame2", client))
    assert.isFalse(takes(schema, "ClientFrame2", JSON.parse(JSON.stringify(value))))
  })

  it("takes from a server, and in version 1, fields that it does not know", () => {
    assert.isTrue(takes(schema, "ServerFrame2", { type: "Ok", since: 5 }))
    assert.isTrue(takes(schema, "Message1", { type: "Ping", since: 5 }))
    assert.isFalse(takes(schema, "ClientFrame2", { type: "Ping", since: 5 }))
  })

  it("knows both halves of the negotiation", () => {
    const request = { type: "Connect", client_id: "c", version: "2.0", codecs: ["msgpack"] }
    assert.isTrue(takes(schema, "ConnectRequest", request))
    assert.isFalse(takes(schema, "ConnectRequest", { ...request, codecs: "msgpack" }))
    assert.isFalse(takes(schema, "ConnectRequest", { ...request, codecs: Array(17).fill("json") }))
    const reply = { type: "Connect", client_id: "c", version: "2.0", codec: "msgpack", compression: null }
    assert.isTrue(takes(schema, "ConnectReply", reply))
    assert.isFalse(takes(schema, "ConnectReply", { ...reply, codec: "cbor" }))
  })
})
