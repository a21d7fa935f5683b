import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { needsOfficialFiles } from '@penstock/duis/testing';
import {
  diag,
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  xmlCleanupInputProvider,
  xmlRegisterInputProvider,
} from 'libxml2-wasm';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../foundation/log.ts';
import { compileSchema } from './schema-compiler.ts';
import { readSchemaFiles } from './schema-files.ts';
import { type ClosableSchemaValidator, openSchemaValidator } from './schema-validator.ts';
import { findComplaint } from './schema-verdict.ts';
import {
  folderWith,
  officialBytes,
  officialRequests,
  officialSchemaFolder,
  officialVerdicts,
  smallMainSchema,
  smallRequest,
  smallSchema,
  smallSignatureSchema,
} from './testing-schema.ts';

const log = createLog({ level: 'silent' });
const variant = '<sr:CommandVariant>1</sr:CommandVariant>';
const LONG_SERIAL = '9'.repeat(39);

async function open(folder: string): Promise<ClosableSchemaValidator> {
  const validator = await openSchemaValidator(folder, log);
  onTestFinished(() => validator.close());
  return validator;
}

describe('the official schema', () => {
  beforeEach(needsOfficialFiles);

  test('says of each official message what its verdict is, and all request templates are valid', async () => {
    const validator = await open(officialSchemaFolder);
    const verdicts = officialVerdicts();
    expect(verdicts.length).toBeGreaterThan(15);
    const complaints = await Promise.all(verdicts.map(([file]) => validator.validate(officialBytes(file))));
    for (const [index, [file, verdict]] of verdicts.entries()) {
      if (verdict === 'valid') expect(complaints[index], file).toBeUndefined();
      else expect(complaints[index], file).toMatch(/^(line \d+: |a document type declaration is not allowed$)/);
    }
    const requests = officialRequests();
    expect(requests.length).toBeGreaterThan(200);
    const ofRequests = await Promise.all(requests.map((bytes) => validator.validate(bytes)));
    expect(ofRequests.filter((complaint) => complaint !== undefined)).toEqual([]);
  });

  test('compiles with blanks in its file names, and takes serial numbers of 39 digits', async () => {
    const main = officialBytes('xsd/duis-5.4.xsd').toString();
    const renamed = main
      .replace('schemaLocation="mmc-5.4.xsd"', 'schemaLocation="MMC XML Schema V5.4.xsd"')
      .replace('schemaLocation="xmldsig-core-schema.xsd"', 'schemaLocation="http://www.w3.org/TR/xmldsig%20core.xsd"');
    const relaxed = officialBytes('xsd/xmldsig-core-schema.xsd').toString();
    const original = relaxed.replace(
      /<element name="X509SerialNumber">.*?<\/element>/s,
      '<element name="X509SerialNumber" type="integer"/>',
    );
    expect(renamed.match(/schemaLocation="[^"]* [^"]*"/g)).toHaveLength(1);
    expect(original).toContain('name="X509SerialNumber" type="integer"');
    const folder = folderWith({
      'DUIS XML Schema V5.4.xsd': renamed,
      'MMC XML Schema V5.4.xsd': officialBytes('xsd/mmc-5.4.xsd'),
      'xmldsig core.xsd': original,
      'read me.txt': 'not a schema',
    });
    const validator = await open(folder);
    const signed = officialBytes('signed-by-us/4.1.1-compact-signed.xml').toString();
    const withSerial = (serial: string) =>
      Buffer.from(signed.replace(/(X509SerialNumber>)[^<]*/, (_, tag: string) => `${tag}${serial}`));
    expect(await validator.validate(withSerial(LONG_SERIAL))).toBeUndefined();
    expect(await validator.validate(withSerial('12AB'))).toContain("Element 'ds:X509SerialNumber'");
  });

  test('takes firmware of 10 MB as one text, and refuses a longer one in few words', async () => {
    const validator = await open(officialSchemaFolder);
    const template = officialBytes('requests/11.1_UPDATE_FIRMWARE_REQUEST_DUIS.XML').toString();
    const firmware = (bytes: number) =>
      Buffer.from(template.replace('FirmwareImage>', () => `FirmwareImage>${'HvHu'.repeat(bytes / 3)}`));
    expect(await validator.validate(firmware(9_999_999))).toBeUndefined();
    const complaint = await validator.validate(firmware(10_240_002));
    expect(complaint).toMatch(/^line 11: Element 'sr:FirmwareImage': \[facet 'maxLength'\]/);
    expect(complaint?.length).toBeLessThan(800);
  });

  test('keeps memory bounded over 20,000 validations', async () => {
    const validator = await open(officialSchemaFolder);
    const requests = officialRequests();
    const wrong = requests.map((bytes) => Buffer.from(bytes.toString().replace('CommandVariant>', 'CommandVariant>x')));
    const cut = requests.map((bytes) => bytes.subarray(0, bytes.length - 20));
    const messages = [...requests, ...wrong, ...cut];
    const validate = async (count: number): Promise<void> => {
      let done = 0;
      const lane = async (): Promise<void> => {
        while (done < count) await validator.validate(messages[done++ % messages.length] ?? Buffer.of());
      };
      await Promise.all(Array.from({ length: 100 }, lane));
    };
    await validate(4_000);
    const before = process.memoryUsage.rss();
    await validate(20_000);
    // seen in a process of its own: 8 MB, and 70 MB when documents are left to the garbage collector
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024);
  });
});

describe('a schema folder', () => {
  test('is taken as it comes: names with blanks, addresses for names, whole numbers for serials', async () => {
    const validator = await open(folderWith(smallSchema));
    const serial = `<ds:X509SerialNumber>${LONG_SERIAL}</ds:X509SerialNumber>`;
    expect(await validator.validate(smallRequest(variant + serial))).toBeUndefined();
    expect(await validator.validate(smallRequest('<sr:CommandVariant>x</sr:CommandVariant>'))).toBe(
      "line 1: Element 'sr:CommandVariant': 'x' is not a valid value of the atomic type 'xs:int'.",
    );
    expect(await validator.validate(smallRequest(`${variant}<ds:X509SerialNumber>1x</ds:X509SerialNumber>`))).toContain(
      "Element 'ds:X509SerialNumber'",
    );
  });

  test('whose import is named otherwise is taken when only one file has the namespace', async () => {
    const folder = folderWith({ 'a.xsd': smallMainSchema('elsewhere.xsd'), 'b.XSD': smallSignatureSchema });
    expect(await (await open(folder)).validate(smallRequest(variant))).toBeUndefined();
  });

  const signature = { 'the signature.xsd': smallSignatureSchema };
  const main = smallMainSchema('the%20signature.xsd');
  test.each([
    ['has no schema file', { 'read me.txt': 'x' }, /there is no schema file/],
    ['has no file that fits', signature, /no file defines Request and Response in the namespace/],
    ['has two that fit', { ...signature, '1.xsd': main, '2.xsd': main }, /several files .*: 1\.xsd, 2\.xsd/],
    ['lacks an import', { 'main.xsd': main }, /main\.xsd needs the%20signature\.xsd of the namespace http/],
    [
      'leaves open which file is imported',
      { 'main.xsd': smallMainSchema('no.xsd'), '1.xsd': smallSignatureSchema, '2.xsd': smallSignatureSchema },
      /main\.xsd needs no\.xsd of the namespace/,
    ],
    ['has a broken file', { ...smallSchema, 'z.xsd': '<a>\n<b></a>' }, /z\.xsd is not well-formed XML \(line 2\)/],
    [
      'has a schema that contradicts itself',
      { ...signature, 'main.xsd': main.replace('xs:int', 'xs:nothing') },
      /the schema does not compile: main\.xsd: .*nothing/s,
    ],
    [
      'imports a namespace from two files, of which libxml2 reads one',
      {
        ...signature,
        'other.xsd': smallSignatureSchema.replace('X509SerialNumber', 'Other'),
        'main.xsd': main.replace(
          '<xs:element name="Request">',
          '<xs:import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="other.xsd"/>$&',
        ),
      },
      /other\.xsd is imported but libxml2 leaves it out/,
    ],
  ])('that %s is refused and says so', async (_, files, detail) => {
    await expect(openSchemaValidator(folderWith(files), log)).rejects.toMatchObject({
      code: 'config.invalid',
      where: 'duis.schema_folder',
      detail: expect.stringMatching(/^duis\.schema_folder: /),
      message: expect.stringMatching(detail),
    });
  });

  test('that is missing is refused', async () => {
    await expect(openSchemaValidator(join(folderWith({}), 'no'), log)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('cannot be read'),
    });
  });
});

test('every document is freed at once, whatever its verdict', async () => {
  diag.configure({ enabled: true });
  onTestFinished(() => diag.configure({ enabled: false }));
  const schema = compileSchema(await readSchemaFiles(folderWith(smallSchema)));
  expect(diag.report()).toEqual({ XsdValidator: expect.objectContaining({ totalInstances: 1 }) });
  for (const content of [variant, '<sr:CommandVariant>x</sr:CommandVariant>', '<']) {
    findComplaint(schema, smallRequest(content));
  }
  expect(Object.keys(diag.report())).toEqual(['XsdValidator']);
  schema.dispose();
  expect(() => compileSchema([{ name: 'a.xsd', bytes: Buffer.from(smallSignatureSchema) }])).toThrow('no file defines');
  expect(diag.report()).toEqual({});
});

describe('a hostile message', () => {
  test('with a DOCTYPE is refused and its entity is not read', async () => {
    const folder = folderWith({ ...smallSchema, 'canary.txt': '7' });
    const validator = await open(folder);
    const canary = pathToFileURL(join(folder, 'canary.txt')).href;
    const content = smallRequest('<sr:CommandVariant>&canary;</sr:CommandVariant>').toString();
    for (const start of ['', '\uFEFF', '<?xml version="1.0"?>\n<?p ?><!-- < -->', ' ']) {
      const message = `${start}<!DOCTYPE a [<!ENTITY canary SYSTEM "${canary}">]>${content}`;
      expect(await validator.validate(Buffer.from(message))).toBe('a document type declaration is not allowed');
    }
    const external = `<!DOCTYPE a PUBLIC "x" "${canary}">${content}`;
    expect(await validator.validate(Buffer.from(external))).toBe('a document type declaration is not allowed');
    // with the canary's 7 this would be valid
    expect(await validator.validate(Buffer.from(content))).toContain("Entity 'canary' not defined");
  });

  test('in UTF-16 is not read as such, so that no DOCTYPE can hide', async () => {
    const validator = await open(folderWith(smallSchema));
    const text = `<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>${smallRequest(variant)}`;
    for (const start of ['', '\uFEFF']) {
      expect(await validator.validate(Buffer.from(start + text, 'utf16le'))).toMatch(/^line 1: /);
    }
  });

  test('makes libxml2 ask for nothing, even where it could: a canary says so', async () => {
    const folder = folderWith({ ...smallSchema, 'canary.txt': '7' });
    const path = join(folder, 'canary.txt');
    const schema = compileSchema(await readSchemaFiles(folder));
    onTestFinished(() => schema.dispose());
    const entity = `<!DOCTYPE a [<!ENTITY canary SYSTEM "${path}">]>`;
    const element = smallRequest('<sr:CommandVariant>&canary;</sr:CommandVariant>').toString();
    const hints = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:canary ${path}"`;
    const hinting = smallRequest(`${variant}<canary xmlns="urn:canary"/>`, ` ${hints}`);
    const include = `<include xmlns="http://www.w3.org/2001/XInclude" href="${path}" parse="text"/>`;
    const hostile = [
      Buffer.from(entity + element),
      Buffer.from(`<!DOCTYPE a SYSTEM "${path}">${element}`),
      Buffer.from(`<!DOCTYPE a [<!ENTITY % canary SYSTEM "${path}"> %canary;]>${element}`),
      Buffer.from(`<?xml-model href="${path}"?>${element}`),
      Buffer.from(`${entity}${element}`.replace('>', ' encoding="UTF-16">'), 'utf16le'),
      hinting,
      smallRequest(`<sr:CommandVariant>${include}</sr:CommandVariant>`),
    ];

    // what compiled the schema is gone: its own files cannot be opened any more
    const own = '<!DOCTYPE a [<!ENTITY own SYSTEM "penstock-0.xsd">]><a>&own;</a>';
    const parsed = XmlDocument.fromString(own, { option: ParseOption.XML_PARSE_NOENT });
    onTestFinished(() => parsed.dispose());
    expect(parsed.warnings[0]?.message).toMatch(/load "penstock-0\.xsd"/);
    expect(parsed.root.firstChild).toBeNull();

    const asked: string[] = [];
    const canary = new XmlBufferInputProvider({ [path]: Buffer.from('7') });
    xmlRegisterInputProvider({
      match: (name) => asked.push(name) > 0 && canary.match(name),
      open: (name) => canary.open(name),
      read: (handle, buffer) => canary.read(handle, buffer),
      close: (handle) => canary.close(handle),
    });
    onTestFinished(() => xmlCleanupInputProvider());
    const verdicts = hostile.map((bytes) => findComplaint(schema, bytes));
    expect(asked).toEqual([]);
    expect(verdicts.filter((verdict) => verdict === undefined)).toHaveLength(1);
    expect(findComplaint(schema, hinting)).toBeUndefined();

    // the canary sings: without these precautions it would have been read, and the message valid
    const document = XmlDocument.fromString(entity + element, { option: ParseOption.XML_PARSE_NOENT });
    onTestFinished(() => document.dispose());
    expect(asked).toEqual([path]);
    expect(() => schema.validate(document)).not.toThrow();
  });

  test('is told of its first three errors, without line breaks and cut short', async () => {
    const validator = await open(folderWith(smallSchema));
    const long = `<sr:CommandVariant>${'x\n'.repeat(5_000)}</sr:CommandVariant>`;
    const complaint = await validator.validate(smallRequest(long));
    expect(complaint).toMatch(/^line 1: Element 'sr:CommandVariant': 'x x x/);
    expect(complaint).not.toContain('\n');
    expect(complaint?.length).toBeLessThan(250);
    const four = '\n<ds:X509SerialNumber a="" b="" c="">x</ds:X509SerialNumber>';
    expect(await validator.validate(smallRequest(variant + four))).toMatch(
      /^line 2: [^;]*'a'[^;]*; line 2: [^;]*'b'[^;]*; line 2: [^;]*'c'[^;]*; and \d more$/,
    );
    expect(await validator.validate(Buffer.from('\u{0}'))).toMatch(/^line 1: /);
    expect(await validator.validate(Buffer.of())).toMatch(/^(line \d+: .*|it cannot be parsed)$/);
  });
});
