import * as Data from "effect/Data"

/** What was wrong with bytes that should have been a frame. */
export type FrameErrorKind =
  /** the length prefix is 0 */
  | "EmptyFrame"
  /** the length prefix is over the limit; found before any of the body was kept */
  | "FrameTooLarge"
  /** the stream ended inside a frame */
  | "Truncated"
  | "InvalidUtf8"
  | "InvalidJson"
  | "InvalidMessagePack"
  | "InvalidProtobuf"
  | "TooDeep"
  | "InvalidCompression"
  /** more bytes after decompression than the limit or the ratio allows */
  | "DecompressionLimit"
  /** against the rules of the transport's own framing (RFC 6455) */
  | "ProtocolViolation"
  /** a message of text where binary ones are spoken, or the other way round */
  | "WrongContent"
  /** `type` names no frame that may come from this side */
  | "UnknownType"
  /** a field is missing, surplus, or not of its type */
  | "InvalidField"

/**
 * Bytes that are not a frame. `message` is safe to send to the peer: it names the field and what
 * was expected there, never a value.
 */
export class FrameError extends Data.TaggedError("FrameError")<{
  readonly kind: FrameErrorKind
  readonly message: string
  readonly field?: string | undefined
  /** The frame's `ref`, where it could still be read. */
  readonly ref?: number | undefined
}> {}
