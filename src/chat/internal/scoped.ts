/** What a caller may not do whose token is for less than all that its owner may. */
import type { ChannelName } from "../../domain/ChannelName.ts"
import { RequestError } from "../../domain/RequestError.ts"
import { hasChannel, hasOperation, type OperationName, type Scope } from "../../domain/Scope.ts"

const outside = (detail: string): RequestError => new RequestError({ reason: "OutOfScope", detail })

/** Why an operation on these channels is refused; undefined where it is in the scope. */
export const outOfScope = (
  scope: Scope,
  operation: OperationName,
  channels: ReadonlyArray<ChannelName>,
): RequestError | undefined => {
  if (!hasOperation(scope, operation)) return outside(`This token does not include the operation ${operation}`)
  const other = channels.find((name) => !hasChannel(scope, name))
  return other === undefined ? undefined : outside(`This token does not include the channel ${other}`)
}
