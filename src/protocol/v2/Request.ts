/** A request of a program that needs no wire: a client frame made of plain values, checked like one that has come over one. */
import type * as Result from "effect/Result"
import type { FrameError } from "../FrameError.ts"
import { decoder } from "../internal/frameSchema.ts"
import { all, type ClientFrame, type ClientFrameOf } from "./ClientFrame.ts"

type Type = ClientFrame["type"]
type Encoded<T extends Type> = Extract<typeof ClientFrame.Encoded, { readonly type: T }>

/** The fields of a frame as plain values; what may be left out may be undefined, too. */
export type Fields<T extends Type> = {
  readonly [Field in keyof Encoded<T> as Exclude<Field, "type" | "ref">]: {} extends Pick<Encoded<T>, Field>
    ? Encoded<T>[Field] | undefined
    : Encoded<T>[Field]
}

const decode = decoder(all, { strict: true })

/** Fails where a field is not what it should be. */
export const make = <const T extends Type>(type: T, fields: Fields<T>): Result.Result<ClientFrameOf<T>, FrameError> => {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  // What has a type decodes to a frame of that type.
  return decode({ type, ...Object.fromEntries(given) }) as Result.Result<ClientFrameOf<T>, FrameError>
}
