/** What is read without the schemas is what is read with them, and what is refused as well. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConnectReply, ConnectRequest } from "../../src/protocol/Connect.ts"
import { decoder as bySchemas } from "../../src/protocol/internal/frameSchema.ts"
import { decoder as byTables } from "../../src/protocol/internal/plain.ts"
import * as Client from "../../src/protocol/v2/ClientFrame.ts"
import { plainClientFrames, plainRequest } from "../../src/protocol/v2/plainClientFrames.ts"
import { plainReply, plainServerFrames } from "../../src/protocol/v2/plainServerFrames.ts"
import * as Server from "../../src/protocol/v2/ServerFrame.ts"

const frames = { client: [...Client.all, ConnectRequest], server: [...Server.all, ConnectReply] }
const bySchema = {
  client: bySchemas(frames.client, { strict: false }),
  server: bySchemas(frames.server, { strict: false }),
}
const byTable = {
  client: byTables({ ...plainClientFrames, ...plainRequest }),
  server: byTables({ ...plainServerFrames, ...plainReply }),
}

/** What some field could be instead. */
const others: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  false,
  -1,
  0,
  1,
  1.5,
  301,
  2 ** 32,
  2 ** 53,
  "",
  " ",
  "a b",
  "@",
  "@bob",
  "\ud800",
  "\0",
  "x".repeat(65),
  "x".repeat(5000),
  "192.0.2.0/24",
  "0".repeat(64),
  "public",
  "json",
  [],
  [1],
  ["x", " x"],
  Array(17).fill("json"),
  {},
  { type: "Message" },
  { username: "bob" },
  new Uint8Array(1),
]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !(value instanceof Uint8Array)

/** The same value with something else in one place, for each place there is. */
const changed = (value: unknown, other: unknown): ReadonlyArray<unknown> => {
  if (!isObject(value)) return [other]
  const within = Object.keys(value).flatMap((key) =>
    changed(value[key], other).map((inside): unknown => {
      if (Array.isArray(value)) return value.with(Number(key), inside)
      const { [key]: _, ...rest } = value
      return inside === undefined ? rest : { ...rest, [key]: inside }
    }),
  )
  return [other, ...within]
}

const outcome = (result: Result.Result<object, { readonly kind: string; readonly field?: string | undefined }>) =>
  Result.match(result, {
    onFailure: ({ field, kind }) => ({ kind, field }),
    onSuccess: (frame): unknown => frame,
  })

describe.each(["client", "server"] as const)("what a %s says", (side) => {
  it("are the same frames", () => {
    for (const { fields } of frames[side]) {
      const type = fields.type.literal
      assert.deepStrictEqual(outcome(byTable[side]({ type })), outcome(bySchema[side]({ type })), type)
    }
  })

  it.prop(
    "is read, or refused in the same field, as the schemas have it",
    [Arbitrary.schema(Schema.Tuple(frames[side] as never))],
    ([ones]) => {
      for (const [index, frame] of (ones as ReadonlyArray<object>).entries()) {
        // What was left out may be there as well, whether it is right or not.
        const absent = Object.keys(frames[side][index]!.fields).filter((key) => !(key in frame))
        const values = others.flatMap((other) => [
          ...changed(frame, other),
          ...(other === undefined ? [] : absent.map((key) => ({ ...frame, [key]: other }))),
        ])
        for (const value of [frame, { ...frame, later: 1 }, ...values]) {
          assert.deepStrictEqual(outcome(byTable[side](value)), outcome(bySchema[side](value)))
        }
      }
    },
    { arbitrary: { runs: 2, size: 5 } },
  )

  it("is refused where it is no frame at all", () => {
    for (const value of [...others, { type: 5 }, { type: "toString" }, { type: "Moonrise", ref: 3 }]) {
      assert.deepStrictEqual(byTable[side](value), bySchema[side](value))
    }
  })
})
