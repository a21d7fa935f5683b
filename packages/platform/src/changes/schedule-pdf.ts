// The month's schedule of Planned Maintenance as a PDF: the same data as the web and the CSV file.
//
// What always holds: text is drawn, never interpreted: nothing of a title is a link, an action or a field. The file says what
// it is (title, language, headings and paragraphs as tags), so that it can be read aloud. Letters that its typeface does not
// have stand as a box, which is said at its end.
import { setImmediate as breathe } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MonthSchedule } from '@penstock/api';
import typeface from 'dejavu-fonts-ttf/package.json' with { type: 'json' };
import PDFDocument from 'pdfkit';
import { wordsOfInstant } from './london.ts';

const fileOf = (name: string) => fileURLToPath(import.meta.resolve(`${typeface.name}/ttf/${name}.ttf`));
/** Latin, Greek, Cyrillic and more; what a file uses of it is put into the file. */
const PLAIN = fileOf('DejaVuSans');
const BOLD = fileOf('DejaVuSans-Bold');

const MARGIN = 56;
/** Less than this is left: the next change begins a page. */
const LEAST_LEFT = 130;
const MISSING = '\u25a1';
/** After so many others are let in: a schedule of 2,000 takes seconds to draw. */
const AT_ONCE = 10;

interface HasGlyphs {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const titleOf = (month: string) => `Planned Maintenance, ${monthName.format(new Date(`${month}-01T00:00:00Z`))}`;

class SchedulePdf {
  readonly #document: PDFKit.PDFDocument;
  readonly #whole: PDFKit.PDFStructureElement;
  readonly #glyphs: HasGlyphs['_font']['font'];
  hasMissing = false;

  constructor(title: string, asOf: Date) {
    this.#document = new PDFDocument({
      size: 'A4',
      margins: { top: MARGIN + 14, bottom: MARGIN + 14, left: MARGIN, right: MARGIN },
      bufferPages: true,
      pdfVersion: '1.7',
      tagged: true,
      lang: 'en-GB',
      displayTitle: true,
      info: { Title: title, Subject: 'The forward schedule', Creator: 'Penstock', CreationDate: asOf, ModDate: asOf },
      font: PLAIN,
    });
    this.#glyphs = (this.#document as unknown as HasGlyphs)._font.font;
    this.#whole = this.#document.struct('Document');
    this.#document.addStructure(this.#whole);
  }

  /** What the typeface has of a text. */
  #shown(text: string): string {
    return text.replaceAll(/[^\n]/gu, (letter) => {
      if (this.#glyphs.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0)) return letter;
      this.hasMissing = true;
      return MISSING;
    });
  }

  heading(level: 'H1' | 'H2', text: string): void {
    const document = this.#document;
    if (document.y > document.page.height - document.page.margins.bottom - LEAST_LEFT) document.addPage();
    const size = level === 'H1' ? 18 : 12;
    const words = this.#shown(text);
    if (level === 'H2') document.moveDown(0.9);
    this.#whole.add(document.struct(level, {}, () => document.font(BOLD).fontSize(size).fillColor('#111').text(words)));
    document.moveDown(0.3);
  }

  /** @param label before it, in bold */
  paragraph(text: string, label?: string): void {
    if (text === '') return;
    const document = this.#document;
    const words = this.#shown(text);
    this.#whole.add(
      document.struct('P', {}, () => {
        document.fontSize(9.5).fillColor('#222');
        if (label !== undefined) document.font(BOLD).text(`${label}: `, { continued: true });
        document.font(PLAIN).text(words, { lineGap: 1.5 });
      }),
    );
    document.moveDown(0.25);
  }

  /** The file, with the head and number of each page. */
  async end(title: string): Promise<Buffer> {
    const document = this.#document;
    const { start, count } = document.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      document.switchToPage(page);
      const { margins, height, width } = document.page;
      // beyond the margins a text would begin another page
      document.page.margins = { ...margins, top: 0, bottom: 0 };
      const line = { width: width - 2 * MARGIN, lineBreak: false } as const;
      document.markContent('Artifact', { type: 'Pagination' });
      document.font(PLAIN).fontSize(8).fillColor('#555');
      document.text(title, MARGIN, MARGIN - 16, line);
      document.text(`Page ${page + 1} of ${count}`, MARGIN, height - MARGIN + 4, { ...line, align: 'right' });
      document.endMarkedContent();
      document.page.margins = margins;
    }
    this.#whole.end();
    const chunks: Buffer[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      document.on('data', (chunk: Buffer) => chunks.push(chunk));
      document.on('end', resolve);
      document.on('error', reject);
    });
    document.end();
    await ended;
    return Buffer.concat(chunks);
  }
}

/** The whole file. */
export async function monthPdf({ month, asOf, words, items }: MonthSchedule): Promise<Buffer> {
  const title = titleOf(month);
  const written = Date.parse(asOf);
  const pdf = new SchedulePdf(title, new Date(written));
  pdf.heading('H1', title);
  pdf.paragraph(words);
  pdf.paragraph(`As of ${wordsOfInstant(written)}. All times are those of London.`);
  if (items.length === 0) pdf.paragraph('No Planned Maintenance is scheduled for this month.');
  for (const [index, item] of items.entries()) {
    if (index % AT_ONCE === 0) await breathe();
    pdf.heading('H2', item.title);
    pdf.paragraph(item.times.map((time) => time.words).join('\n'), 'When');
    pdf.paragraph(item.state.replaceAll('_', ' '), 'State');
    pdf.paragraph(item.services.join(', '), 'Services');
    pdf.paragraph(item.activity, 'Activity');
    pdf.paragraph(item.disrupted, 'Disrupted or at Material Risk');
    pdf.paragraph(item.riskToReturn, 'Risk to the return of normal service');
  }
  if (pdf.hasMissing)
    pdf.paragraph(`Letters that this file has no typeface for stand as ${MISSING}; the CSV file has them.`);
  return pdf.end(title);
}
