/**
 * Frames of version 2 as Protocol Buffers, by the descriptors of `natter/v1/chat.proto`: read from and written to bytes
 * without an object of the library's in between. A message with a `oneof` is a frame, whose `type` says which of it is there.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf"
import { ScalarType } from "@bufbuild/protobuf"
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

type Plain = Record<string, unknown>

interface Field {
  readonly no: number
  /** As it is called in the file, and in frames. */
  readonly name: string
  readonly kind: "string" | "bytes" | "bool" | "uint32" | "uint64" | "message"
  readonly wire: WireType
  readonly isList: boolean
  /** It is left out where it is not there; otherwise nothing on the wire is its zero. */
  readonly isOptional: boolean
  /** The zero of its kind. */
  readonly zero: unknown
  readonly shape: () => Shape
}

/** How a message lies in bytes. */
export interface Shape {
  readonly fields: ReadonlyArray<Field>
  readonly byNumber: ReadonlyMap<number, Field>
  /** Undefined where it is no frame. */
  readonly byType: ReadonlyMap<string, Field> | undefined
  readonly typeOf: ReadonlyMap<Field, string> | undefined
}

const kinds: Partial<Record<ScalarType, readonly [kind: Field["kind"], wire: WireType, zero: unknown]>> = {
  [ScalarType.STRING]: ["string", WireType.LengthDelimited, ""],
  [ScalarType.BYTES]: ["bytes", WireType.LengthDelimited, new Uint8Array(0)],
  [ScalarType.BOOL]: ["bool", WireType.Varint, false],
  [ScalarType.UINT32]: ["uint32", WireType.Varint, 0],
  [ScalarType.UINT64]: ["uint64", WireType.Varint, 0],
}

const shapes = new WeakMap<DescMessage, Shape>()

/** Always the same for the same message. */
export const shapeOf = (message: DescMessage): Shape => {
  const known = shapes.get(message)
  if (known !== undefined) return known
  const fields = message.fields.map(fieldOf)
  const typeOf = new Map<Field, string>()
  message.fields.forEach(({ message, oneof }, at) => {
    // What a client says is named for the call that says the same.
    if (oneof !== undefined && message !== undefined) typeOf.set(fields[at]!, message.name.replace(/Request$/, ""))
  })
  const isFrame = typeOf.size > 0
  const shape: Shape = {
    fields,
    byNumber: new Map(fields.map((field) => [field.no, field])),
    byType: isFrame ? new Map([...typeOf].map(([field, type]) => [type, field])) : undefined,
    typeOf: isFrame ? typeOf : undefined,
  }
  shapes.set(message, shape)
  return shape
}

const fieldOf = (field: DescField): Field => {
  const { message, name, number: no } = field
  if (message !== undefined) {
    const isList = field.fieldKind === "list"
    const wire = WireType.LengthDelimited
    return { no, name, kind: "message", wire, isList, isOptional: !isList, zero: [], shape: () => shapeOf(message) }
  }
  const [kind, wire, zero] = kinds[field.scalar!]!
  const isOptional = field.proto.proto3Optional || field.oneof !== undefined
  const isList = field.fieldKind === "list"
  const none = (): Shape => {
    throw new Error(`${name} is no message`)
  }
  return { no, name, kind, wire, isList, isOptional, zero: isList ? [] : zero, shape: none }
}

/** Numbers of 32 bits are by far the most, and are written the same in both. */
const varint = (writer: BinaryWriter, value: number): BinaryWriter =>
  value <= 0xffff_ffff ? writer.uint32(value) : writer.uint64(value)

const writeOne = (writer: BinaryWriter, field: Field, value: unknown): void => {
  writer.tag(field.no, field.wire)
  switch (field.kind) {
    case "string":
      return void writer.string(value as string)
    case "bytes":
      return void writer.bytes(value as Uint8Array)
    case "bool":
      return void writer.bool(value as boolean)
    case "uint32":
    case "uint64":
      return void varint(writer, value as number)
    case "message":
      writer.fork()
      write(writer, field.shape(), value as Plain)
      writer.join()
  }
}

const writeFields = (writer: BinaryWriter, { fields }: Shape, plain: Plain): void => {
  for (const field of fields) {
    const value = plain[field.name]
    if (value === undefined) continue
    if (field.isList) for (const item of value as ReadonlyArray<unknown>) writeOne(writer, field, item)
    else if (field.isOptional || value !== field.zero) writeOne(writer, field, value)
  }
}

/** Appends a value; `rest` are bytes of fields that it has besides. */
const write = (writer: BinaryWriter, shape: Shape, plain: Plain, rest?: Uint8Array): void => {
  const { byNumber, byType } = shape
  if (byType === undefined) {
    writeFields(writer, shape, plain)
    if (rest !== undefined) writer.raw(rest)
    return
  }
  const ref = byNumber.get(1)
  if (plain["ref"] !== undefined && ref?.name === "ref") writeOne(writer, ref, plain["ref"])
  const field = byType.get(plain["type"] as string)
  if (field === undefined) throw new Error(`there is no message for ${String(plain["type"])}`)
  writer.tag(field.no, field.wire).fork()
  write(writer, field.shape(), plain, rest)
  writer.join()
}

export const encode = (shape: Shape, plain: object, rest?: Uint8Array): Uint8Array => {
  const writer = new BinaryWriter()
  write(writer, shape, plain as Plain, rest)
  return writer.finish()
}

/** A list as it lies in a message that a frame of this type is. */
export const encodeList = (shape: Shape, type: string, name: string, list: ReadonlyArray<unknown>): Uint8Array => {
  const writer = new BinaryWriter()
  const field = shape.byType
    ?.get(type)
    ?.shape()
    .fields.find((field) => field.name === name)
  if (field === undefined) throw new Error(`${type} has no ${name}`)
  for (const item of list) writeOne(writer, field, item)
  return writer.finish()
}

const readOne = (reader: BinaryReader, field: Field): unknown => {
  switch (field.kind) {
    case "string":
      return reader.string(true)
    case "bytes":
      return reader.bytes()
    case "bool":
      return reader.bool()
    case "uint32":
      return reader.uint32()
    case "uint64":
      // One beyond what a number can say is none that a schema lets through.
      return Number(reader.uint64())
    case "message":
      return read(reader, field.shape(), reader.uint32())
  }
}

/** Fields that are not known are passed over, as the rule is. */
const read = (reader: BinaryReader, { byNumber, fields, typeOf }: Shape, length: number): Plain => {
  const end = reader.pos + length
  if (length > reader.len - reader.pos) throw new RangeError("a message ends before its time")
  const plain: Plain = {}
  let frame: Plain | undefined
  while (reader.pos < end) {
    const [no, wire] = reader.tag()
    const field = byNumber.get(no)
    if (field === undefined || field.wire !== wire) {
      reader.skip(wire, no)
      continue
    }
    const value = readOne(reader, field)
    const type = typeOf?.get(field)
    // The last of a oneof counts.
    if (type !== undefined) frame = { type, ...(value as Plain) }
    else if (field.isList) ((plain[field.name] ??= []) as Array<unknown>).push(value)
    else plain[field.name] = value
  }
  if (reader.pos !== end) throw new RangeError("a field ends behind its message")
  if (typeOf !== undefined) return { ...frame, ...plain }
  for (const { isOptional, name, zero } of fields) if (!isOptional) plain[name] ??= zero
  return plain
}

/** Throws where it is no such message. */
export const decode = (shape: Shape, bytes: Uint8Array): Plain => read(new BinaryReader(bytes), shape, bytes.byteLength)
