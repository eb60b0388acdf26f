/** The settings of calls over gRPC, gRPC-Web and Connect. */
import { setting } from "./field.ts"
import { onOff, size } from "./kind.ts"

export const grpcSettings = {
  "grpc.enabled": setting(
    "grpc.enabled",
    onOff,
    "Whether gRPC, gRPC-Web and Connect are spoken, on the ports of everything else; pages of the same origins may call as those of `api.origins`",
  ),
  "grpc.max-message-size": setting(
    "grpc.maxMessageBytes",
    size(64 * 1024, 16 * 1024 * 1024),
    "Largest message of a call, unpacked; those of a session are bounded like frames",
  ),
}
