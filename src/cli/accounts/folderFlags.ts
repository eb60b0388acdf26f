import { settingFlags } from "../settingFlags.ts"

/** The flags that say whose accounts are administered. */
export const folderFlags = settingFlags(["data"])
