/** What is said of something that is no frame. */
import { FrameError } from "../FrameError.ts"
import { isUnsigned } from "./numbers.ts"

const readRef = (value: object): number | undefined => {
  const ref: unknown = "ref" in value ? value.ref : undefined
  return isUnsigned(ref) ? ref : undefined
}

const wrongType = (message: string, ref?: number) =>
  new FrameError({ kind: "UnknownType", field: "type", message, ref })

export const noFrame = () => wrongType("a frame is an object with a type")

/** Of a value whose type is none of these. */
export const unknownType = (value: unknown, types: ReadonlyArray<string>): FrameError => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return noFrame()
  const { type } = value as { readonly type?: unknown }
  if (typeof type === "string") return wrongType(`unknown type, expected one of ${types.join(", ")}`, readRef(value))
  return wrongType(type === undefined ? "missing field type" : "type must be a string", readRef(value))
}

export const wrongField = (value: object, type: string, field: string, message: string): FrameError =>
  new FrameError({ kind: "InvalidField", field, message: `${type}.${field}: ${message}`, ref: readRef(value) })
