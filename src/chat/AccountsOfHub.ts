import * as Context from "effect/Context"
import type { Accounts } from "../accounts/Accounts.ts"

/** A reference: without a layer there are no accounts, and what concerns them is not supported. */
export const AccountsOfHub = Context.Reference<Accounts["Service"] | undefined>("natter/chat/AccountsOfHub", {
  defaultValue: () => undefined,
})
