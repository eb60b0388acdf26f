/** Keys, as they are written on them. */
import { labelsOf } from "./shortcuts.ts"
import { isMac } from "./useShortcuts.ts"

export const Keys = ({ keys }: { readonly keys: string }) => (
  <span class="keys">
    {labelsOf(keys, isMac).map((label) => (
      <kbd key={label}>{label}</kbd>
    ))}
  </span>
)
