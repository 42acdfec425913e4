/** What the lab's dialogs have in common; their look is in `styles/dialog.ts`. */

/** Opens or closes the dialog of an element, as its store has it. */
export function showDialog(root: ParentNode, isShown: boolean): void {
  const dialog = root.querySelector("dialog");
  if (!dialog || dialog.open === isShown) return;
  if (isShown) dialog.showModal();
  else dialog.close();
}

/** Escape closes the dialog only: the lab takes the key for itself where nothing is above it. */
export function keepEscape(event: KeyboardEvent): void {
  if (event.key === "Escape") event.stopPropagation();
}
