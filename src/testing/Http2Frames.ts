/** Frames of HTTP/2 as bytes, right or wrong: for who says what no library would say. */

export const preface: Uint8Array = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

/** Numbers of frames, as the standard gives them. */
export const Type = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const

export const endStream = 1
export const endHeaders = 4
export const padded = 8

export const frame = (type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, payload])
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const hpackText = (text: string): Buffer => {
  const bytes = Buffer.from(text, "latin1")
  const length = [Math.min(bytes.byteLength, 127)]
  if (bytes.byteLength >= 127) {
    let rest = bytes.byteLength - 127
    for (; rest >= 128; rest >>>= 7) length.push((rest & 127) | 128)
    length.push(rest)
  }
  return Buffer.concat([Buffer.from(length), bytes])
}

/** Headers, each as it is, neither indexed nor packed. */
export const block = (fields: ReadonlyArray<readonly [name: string, value: string]>): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), hpackText(name), hpackText(value)]))

/** What a connection begins with. */
export const opening: Uint8Array = Buffer.concat([preface, frame(Type.SETTINGS, 0, 0)])

/** A message as gRPC, gRPC-Web and Connect have it in a stream; its flags and its length may lie. */
export const enveloped = (body: Uint8Array | string, flags = 0, length = Buffer.from(body).byteLength): Buffer =>
  Buffer.concat([Buffer.from([flags]), uint32(length), Buffer.from(body)])
