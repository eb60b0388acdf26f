/** Puts a text onto the clipboard. Says whether it is there: browsers may refuse it, and have another way where there is no TLS. */
export const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

const copySelected = (text: string): boolean => {
  const back = document.activeElement
  const area = document.createElement("textarea")
  area.value = text
  area.className = "visually-hidden"
  // What is under a dialog cannot be selected.
  const dialogs = document.querySelectorAll("dialog[open]")
  const top = dialogs[dialogs.length - 1] ?? document.body
  top.append(area)
  area.select()
  try {
    return document.execCommand("copy")
  } catch {
    return false
  } finally {
    area.remove()
    if (back instanceof HTMLElement) back.focus()
  }
}
