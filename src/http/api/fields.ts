/** What requests and answers are made of: the fields are those of the protocol, so that each is described once. */
import * as Schema from "effect/Schema"
import { ChannelName } from "../../domain/ChannelName.ts"
import { maxChannels, ScopeWord } from "../../domain/Scope.ts"
import { Seq } from "../../domain/Seq.ts"
import { Username } from "../../domain/Username.ts"

/** A field with a line about it. */
export const described = <S extends Schema.Top>(schema: S, description: string) =>
  schema.pipe(Schema.annotateKey({ description }))

/** A field that may be left out. */
export const optional = <S extends Schema.Top>(schema: S, description: string) =>
  Schema.optionalKey(schema).pipe(Schema.annotateKey({ description }))

type Fields = Schema.Struct.Fields

/** Some of a frame's fields. */
export const pick = <F extends Fields, const Names extends ReadonlyArray<keyof F>>(
  { fields }: { readonly fields: F },
  ...names: Names
): Pick<F, Names[number]> =>
  Object.fromEntries(names.map((name) => [name, fields[name]])) as unknown as Pick<F, Names[number]>

/** What a frame says, as an answer: the way back needs no type and no number of the request. */
export const answer = <F extends Fields>(frame: Schema.Struct<F>): Schema.Struct<Omit<F, "type" | "ref">> => {
  const { ref: _, type: __, ...fields } = frame.fields as F & { readonly ref?: unknown; readonly type?: unknown }
  return Schema.Struct(fields as unknown as Omit<F, "type" | "ref">)
}

export const channel = described(
  ChannelName,
  "The channel's name; `@` and a user's name for the direct conversation with that user.",
)
export const username = described(Username, "Whose account.")
export const seq = described(Seq, "The message's place in its channel.")
export const time = described(Schema.Int, "Milliseconds since 1970.")
const Id = Schema.String.check(Schema.isPattern(/^[\w:.-]{1,128}$/, { expected: "an id" }))
export const id = described(Id, "By which it is called.")
export const tokenId = described(Id, "By which a token is revoked; it signs nobody in.")
export const scope = described(
  Schema.Struct({
    operations: optional(Schema.Array(ScopeWord), "What may be done: operations, or words for many."),
    channels: optional(Schema.Array(ChannelName).check(Schema.isMaxLength(maxChannels)), "In which channels."),
  }),
  "How much of what its owner may it allows. What is left out is not limited.",
)
