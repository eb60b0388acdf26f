// Makes dist/web, or the folder that is given: the page, as it is served.
import * as path from "node:path"
import { makeAt } from "./PageBuild.ts"
import { root } from "./PageState.ts"

await makeAt(process.argv[2] ?? path.join(root, "dist/web"))
