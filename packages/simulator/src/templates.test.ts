import { catalogue } from '@penstock/duis';
import { describe, expect, it } from 'vitest';
import { compact, loadTemplates } from './templates.ts';
import { allTemplates } from './traffic.ts';

describe('templates', () => {
  const templates = allTemplates();

  it('are the 293 of the package and one for each service that it leaves out', () => {
    expect(loadTemplates()).toHaveLength(293);
    expect(templates).toHaveLength(298);
    expect(new Set(templates.map(({ srv }) => srv))).toEqual(new Set(catalogue.keys()));
  });

  it('keep no stand-in, comment, signature or white space between elements', () => {
    for (const { name, texts } of templates) {
      expect(texts.join(''), name).not.toMatch(/00-DB-12|90-B3-D5|<!--|<\?xml|ds:Signature|>\s|\s</);
    }
  });

  it('become compact whatever stands before the root', () => {
    expect(compact('\uFEFF<?xml version="1.0"?>\n<a>\n  <!-- x -->\n <b> c </b>\n</a>\n')).toBe('<a><b> c </b></a>');
  });
});
