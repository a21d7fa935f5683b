/** Hands a file to the browser, to be saved under a name. */
export function saveFile(blob: Blob, name: string): void {
  const file = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = file;
  link.download = name;
  link.click();
  URL.revokeObjectURL(file);
}
