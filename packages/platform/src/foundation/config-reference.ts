import { type Setting, settings } from './settings.ts';

function describeValues(setting: Setting): string {
  if (setting.choices !== undefined) return setting.choices.map((choice) => `\`${choice}\``).join(', ');
  if (setting.isPath) return 'path';
  if (setting.type === 'array') return 'list; in the environment with commas between';
  if (setting.minimum === undefined && setting.maximum === undefined) return setting.type;
  return `${setting.type}, ${setting.minimum ?? 'above 0'} to ${setting.maximum}`;
}

function describeDefault(setting: Setting): string {
  return setting.default === undefined ? 'none' : `\`${JSON.stringify(setting.default)}\``;
}

/** docs/configuration.md, whole: every setting with its name in the file and in the environment. */
export function configurationReference(): string {
  const lines = [
    '# Configuration',
    '',
    'Written by `node scripts/write-configuration-reference.ts` from the settings themselves; a test keeps it current.',
    '',
    'Settings stand in one TOML file, `penstock.toml` in the working folder, or the file that `--config` or the',
    'environment variable `PENSTOCK_CONFIG` names. The environment wins over the file; an empty variable says nothing.',
    'A setting that does not exist, or whose value is wrong, stops the start with its name. Relative paths start at the',
    'folder of the file, or at the working folder when they come from the environment. `penstock config` prints what is',
    'in force, without secrets.',
    '',
  ];
  let section: string | undefined;
  for (const setting of settings) {
    const itsSection = setting.path.length > 1 ? (setting.path[0] ?? '') : '';
    if (itsSection !== section) {
      section = itsSection;
      lines.push(section === '' ? '## At the top' : `## [${section}]`, '');
      lines.push('| setting | environment | values | default | what it is |', '| --- | --- | --- | --- | --- |');
    }
    const cells = [
      `\`${setting.name}\``,
      `\`${setting.variable}\``,
      describeValues(setting),
      describeDefault(setting),
      setting.isSecret ? `${setting.description} It is a secret.` : setting.description,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
    const next = settings[settings.indexOf(setting) + 1];
    if (next === undefined || next.path[0] !== setting.path[0]) lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
