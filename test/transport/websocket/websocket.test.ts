import { transport } from "../../suites/transport.ts"
import { websocket } from "../../suites/transportWorld.ts"

transport(websocket)
