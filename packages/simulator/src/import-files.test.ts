import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importColumns, importKinds } from '@penstock/api';
import { expect, it } from 'vitest';
import { testWorld, withFolder } from './testing/world.ts';

it('writes every import in the columns of the contract', async () => {
  await withFolder(async (folder) => {
    const world = await testWorld(folder, 18_443);
    expect(readdirSync(world.importFolder).sort()).toEqual(importKinds.map((kind) => `${kind}.csv`).sort());
    const rows = Object.fromEntries(
      importKinds.map((kind) => {
        const text = readFileSync(join(world.importFolder, `${kind}.csv`), 'utf8');
        const [header = '', ...lines] = text.trimEnd().split('\r\n');
        expect(header).toBe(importColumns[kind].join(','));
        for (const line of lines) expect(line.split(',')).toHaveLength(importColumns[kind].length);
        return [kind, lines];
      }),
    );
    const { homes, stock, former } = world.network;
    expect(rows.devices).toHaveLength(homes.flatMap(({ devices }) => devices).length + stock.length + former.length);
    expect(rows.registrations).toHaveLength(world.network.registrations.length);
    // two machines of the Operator besides, each with a role
    expect(rows.certificates).toHaveLength(2 * (world.users.length + 1) + 2);
    expect(rows['user-ids']?.filter((line) => line.includes('https://localhost:184'))).toHaveLength(
      world.receivePorts.size,
    );
    const [, purpose, der = ''] = rows.certificates?.[0]?.split(',') ?? [];
    expect(purpose).toBe('signing');
    expect(new X509Certificate(Buffer.from(der, 'base64')).subject).toContain('The Operator');
  });
});
