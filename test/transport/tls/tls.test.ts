import { tls } from "../../suites/secureWorlds.ts"
import { transport } from "../../suites/transport.ts"

transport(tls)
