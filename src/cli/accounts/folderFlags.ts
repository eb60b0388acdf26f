import { settingFlags } from "../settingFlags.ts"

/** The flags that name the data folder whose accounts are administered. */
export const folderFlags = settingFlags(["data"])
