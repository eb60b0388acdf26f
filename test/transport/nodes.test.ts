import { elsewhere, onOwner } from "../suites/clusterWorld.ts"
import { transport } from "../suites/transport.ts"

transport(onOwner)
transport(elsewhere)
