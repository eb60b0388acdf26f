import type { Finding } from "../../../src/cli/doctor/Finding.ts"

/** Those that are not in order, in one text a finding. */
export const trouble = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings
    .filter(({ level }) => level !== "ok")
    .map(({ advice = "", level, says }) => `${level}: ${says}${advice === "" ? "" : ` -> ${advice}`}`)

export const inOrder = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings.filter(({ level }) => level === "ok").map(({ says }) => says)
