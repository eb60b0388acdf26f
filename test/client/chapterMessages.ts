/** The chapter's `enum Message`, as serde reads and writes it, with nothing of ours in it. */

type Fields = { readonly [field: string]: unknown }
export type Message = Fields & { readonly type: string }

const text = (value: unknown) => typeof value === "string" && value.isWellFormed()
const unsigned = (max: number) => (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max
const [u8, u32, u64] = [unsigned(2 ** 8 - 1), unsigned(2 ** 32 - 1), unsigned(Number.MAX_SAFE_INTEGER)]
const bool = (value: unknown) => typeof value === "boolean"
const option = (is: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || value === null || is(value)
const vec = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)

/** `enum Message`. */
const messages: { readonly [type: string]: { readonly [field: string]: (value: unknown) => boolean } } = {
  Login: { username: text, password: text },
  LoginResponse: { success: bool, message: text, token: option(text) },
  ChatMessage: { from: text, content: text, timestamp: u64 },
  UserJoined: { username: text },
  UserLeft: { username: text },
  UserList: { users: vec(text) },
  FileTransferRequest: { filename: text, size: u64, from: text },
  FileTransferResponse: { accept: bool, transfer_id: option(text) },
  FileChunk: { transfer_id: text, chunk_id: u32, data: vec(u8) },
  FileTransferComplete: { transfer_id: text, success: bool },
  Ping: {},
  Pong: {},
  Error: { code: u32, message: text },
}

/** `serde_json::from_slice`; undefined for `Err`. */
export const fromSlice = (bytes: Buffer): Message | undefined => {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Message
    const fields = Object.hasOwn(messages, value.type) ? messages[value.type]! : undefined
    if (fields === undefined) return undefined
    return Object.entries(fields).every(([name, is]) => is(value[name])) ? value : undefined
  } catch {
    return undefined
  }
}

export const frame = (message: Message): Buffer => {
  const body = Buffer.from(JSON.stringify(message))
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.byteLength)
  return Buffer.concat([header, body])
}
