/** What is shown when somebody does something: it is loaded with the rest that the page can begin without. */
const load = () => import("../over/Later.tsx")

export const loadActions = () => load().then(({ MessageActions }) => MessageActions)
export const loadEditor = () => load().then(({ MessageEditor }) => MessageEditor)
export const loadEmojiPicker = () => load().then(({ EmojiPicker }) => EmojiPicker)
export const loadPerson = () => load().then(({ PersonCard }) => PersonCard)
export const loadUploads = () => load().then(({ Uploads }) => Uploads)
export const loadTyping = () => load().then(({ obey }) => obey)
