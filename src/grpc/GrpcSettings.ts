// Apart from the rest, so that settings can be read without loading it.
export interface GrpcSettings {
  /** Whether gRPC, gRPC-Web and Connect are spoken. */
  readonly enabled: boolean
  /** Bytes of the largest message that is read, when it is unpacked. */
  readonly maxMessageBytes: number
}

export const defaults: GrpcSettings = { enabled: true, maxMessageBytes: 1024 * 1024 }
