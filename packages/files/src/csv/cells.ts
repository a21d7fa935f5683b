/** One line of RFC 4180 as cells. A line break in a cell is not taken: no column of ours can hold one. */

/** Why a line cannot be cut; `column` counts from 1. */
export interface BrokenLine {
  readonly column: number;
  readonly message: string;
}

/** The cells of a line without its line end, or what is wrong with its quotation marks. */
export function cutLine(line: string): string[] | BrokenLine {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const column = cells.length + 1;
    if (line[at] === '"') {
      let text = '';
      let from = at + 1;
      let end = line.indexOf('"', from);
      while (end >= 0 && line[end + 1] === '"') {
        text += line.slice(from, end + 1);
        from = end + 2;
        end = line.indexOf('"', from);
      }
      if (end < 0) return { column, message: 'the quoted cell does not end on this line' };
      if (end + 1 < line.length && line[end + 1] !== ',') {
        return { column, message: 'something stands between the end of the quoted cell and the next comma' };
      }
      cells.push(text + line.slice(from, end));
      at = end + 2;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      const cell = line.slice(at, end);
      if (cell.includes('"')) return { column, message: 'a quotation mark stands inside a cell that is not quoted' };
      cells.push(cell);
      at = end + 1;
    }
  }
  return cells;
}
