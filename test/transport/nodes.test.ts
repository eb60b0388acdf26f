import { elsewhere, onOwner, postsAnywhere } from "../suites/clusterWorld.ts"
import { transport } from "../suites/transport.ts"

transport(onOwner)
transport(elsewhere)
transport(postsAnywhere)
