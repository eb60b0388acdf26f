// Apart from the catalogue, which a page has without schemas.
import * as Schema from "effect/Schema"
import { catalog, type DisconnectReason as Reason } from "./Disconnect.ts"

export const DisconnectReason = Schema.Literals(Object.keys(catalog) as ReadonlyArray<Reason>)
