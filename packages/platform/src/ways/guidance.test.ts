import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedUses, WayUse } from '@penstock/api';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../foundation/config.ts';
import { guidanceOf, withUserId } from './guidance.ts';
import { readinessOf } from './readiness.ts';
import { setUpsOf } from './set-up.ts';

const uses = (https: WayUse, sftp: WayUse): PlannedUses => ({
  https: { use: https, dependsOn: [] },
  sftp: { use: sftp, dependsOn: [] },
  email: { use: 'fallback', dependsOn: [] },
  sharepoint: { use: 'off', dependsOn: [] },
});
const listening = {
  gateway: 'https://127.0.0.1:8443',
  portal: 'https://portal.example',
  sftp: { port: 2022, fingerprint: 'SHA256:abc', hostKey: 'ssh-ed25519 AAAA' },
  email: undefined,
};
const configOf = (environment: Record<string, string>) => loadConfig({ environment, workingFolder: '/nowhere' });

describe('the guidance', () => {
  test('is of the ways that are on and set up, the preferred one first, with real names and limits', () => {
    const setUps = setUpsOf(configOf({ PENSTOCK_FILES_MAX_BYTES: String(64 * 1024 ** 2) }), listening);
    const [first, second, ...rest] = guidanceOf(uses('allowed', 'preferred'), setUps);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      way: 'sftp',
      name: 'SFTP',
      use: 'preferred',
      facts: [
        { value: '127.0.0.1' },
        { value: '2022' },
        { value: '{userId}' },
        { name: 'Fingerprint of the host key', value: 'SHA256:abc' },
      ],
    });
    expect(JSON.stringify(first)).toContain("echo '[127.0.0.1]:2022 ssh-ed25519 AAAA' >> ~/.ssh/known_hosts");
    expect(second?.limits[0]).toBe('A file has 64 MB at most.');
    expect(guidanceOf(uses('preferred', 'off'), setUps).map(({ way }) => way)).toEqual(['https']);
    const without = setUpsOf(configOf({}), { ...listening, sftp: undefined });
    expect(guidanceOf(uses('preferred', 'allowed'), without).map(({ way }) => way)).toEqual(['https']);
  });

  test('says the addresses that Users reach, where they are others, and no port where it is the usual one', () => {
    const config = configOf({
      PENSTOCK_SFTP_PUBLIC_ADDRESS: 'sftp.penstock.example',
      PENSTOCK_GATEWAY_PUBLIC_ADDRESS: 'https://gateway.penstock.example',
    });
    const text = JSON.stringify(guidanceOf(uses('preferred', 'allowed'), setUpsOf(config, listening)));
    expect(text).toContain("echo 'sftp.penstock.example ssh-ed25519 AAAA'");
    expect(text).toContain('https://gateway.penstock.example/api/v1/submissions');
    expect(text).not.toMatch(/127\.0\.0\.1|2022/);
    expect(() => configOf({ PENSTOCK_SFTP_PUBLIC_ADDRESS: "x'; rm" })).toThrow(/sftp.public_address/);
  });

  test('of e-mail has the address, and the commands that docs/ways.md has', () => {
    const config = configOf({});
    const email = { port: 2525, fingerprint: 'ab'.repeat(32) };
    const setUps = setUpsOf(config, { ...listening, email });
    const mail = { address: 'files@penstock.example', fingerprint: email.fingerprint, mostBytes: 32 * 1024 ** 2 };
    expect(setUps.email).toEqual({ ...mail, address: '' });
    const [, , section] = withUserId(
      guidanceOf(uses('preferred', 'allowed'), { ...setUps, email: mail }),
      '90-B3-D5-1F-30-01-00-00',
    );
    expect(section).toMatchObject({ way: 'email', use: 'fallback' });
    const commands = section?.steps.find((step) => step.commands?.includes('cms -encrypt'))?.commands ?? '-';
    expect(readFileSync(join(import.meta.dirname, '../../../../docs/ways.md'), 'utf8')).toContain(commands);
  });

  test('of SharePoint names the folders of whoever reads, and no tenant or library', () => {
    const config = configOf({
      PENSTOCK_SHAREPOINT_TENANT_ID: 'tenant.example',
      PENSTOCK_SHAREPOINT_CLIENT_ID: '6f1c2a3e-0000-4000-8000-000000000001',
      PENSTOCK_SHAREPOINT_CLIENT_SECRET: 'a secret of tests',
      PENSTOCK_SHAREPOINT_DRIVE_ID: 'b!library',
      PENSTOCK_SHAREPOINT_ROOT_FOLDER: 'Signed files',
    });
    const on = { ...uses('preferred', 'off'), sharepoint: { use: 'allowed' as const, dependsOn: [] } };
    const sections = withUserId(guidanceOf(on, setUpsOf(config, listening)), '90-B3');
    expect(sections.map(({ way }) => way)).toEqual(['https', 'sharepoint']);
    expect(sections[1]?.facts).toContainEqual({ name: 'Folder for files', value: 'Signed files/90-B3/incoming' });
    expect(JSON.stringify(sections[1])).not.toMatch(/tenant\.example|b!library|secret/);
  });

  test('names the User ID of whoever reads', () => {
    const sections = guidanceOf(uses('preferred', 'allowed'), setUpsOf(configOf({}), listening));
    expect(JSON.stringify(withUserId(sections, '90-B3'))).toContain('sftp -i penstock-key -P 2022 90-B3@127.0.0.1');
    expect(JSON.stringify(withUserId(sections, undefined))).not.toContain('{userId}');
  });
});

test('who is ready, with what there is and what is wanting', () => {
  const at = new Date('2026-11-22T10:00:00Z');
  const ways = readinessOf({
    officers: 2,
    machines: 1,
    people: 0,
    sshKeys: 0,
    hasSharePointFolder: true,
    sshUsedAt: undefined,
    emailAddresses: 1,
    deliveredAt: { https: at },
  });
  expect(ways).toMatchObject([
    { way: 'https', isReady: true, has: ['1 certificate of a machine', '2 officers'], deliveredAt: at.toISOString() },
    { way: 'sftp', isReady: false, lacks: ['no SSH key is registered'] },
    { way: 'email', isReady: true, has: ['1 mail address', '2 officers'] },
    { way: 'sharepoint', isReady: false, lacks: ['not proven: no file came by it yet'] },
  ]);
  const none = {
    officers: 0,
    machines: 0,
    people: 0,
    hasSharePointFolder: false,
    sshKeys: 1,
    sshUsedAt: at,
    emailAddresses: 0,
    deliveredAt: {},
  };
  expect(readinessOf(none)[1]).toMatchObject({
    isReady: false,
    lacks: ['no officer has a valid certificate'],
    usedAt: at.toISOString(),
  });
});
