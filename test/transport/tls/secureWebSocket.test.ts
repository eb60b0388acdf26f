import { secureWebSocket } from "../../suites/secureWorlds.ts"
import { transport } from "../../suites/transport.ts"

transport(secureWebSocket)
