/** Runs the `natter` command. */
import { natter } from "./commands.ts"
import { runMain } from "./runMain.ts"

runMain(natter)
