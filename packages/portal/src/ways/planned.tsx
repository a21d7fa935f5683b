import { Button, List, Text, VisuallyHidden } from '@mantine/core';
import { type WaysDocument, type WaysVersion, wayNames, waysVersionSchema } from '@penstock/api/schemas';
import { useState } from 'react';
import { ConfirmDialog, useChange } from '../shared/changing.tsx';
import { Panel } from '../shared/states.tsx';
import { When } from '../shared/when.tsx';
import { useWords, wayWords } from './words.ts';

/** How the ways will be used: what was set and has not come yet. */
export function Planned({ data, mayChange }: { data: WaysDocument; mayChange: boolean }) {
  const [withdrawn, setWithdrawn] = useState<WaysVersion>();
  const withdrawing = useChange(waysVersionSchema, ['ways', 'versions']);
  if (data.planned.length === 0) return null;

  async function withdraw({ version }: WaysVersion) {
    const path = `/ways/versions/${version}/withdraw`;
    if ((await withdrawing.change(path, { method: 'POST', body: {} })) !== undefined) setWithdrawn(undefined);
  }

  return (
    <Panel title="What will change">
      <List listStyleType="none" spacing="sm" className="penstock-entries">
        {data.planned.map((version) => (
          <List.Item key={version.version}>
            <Text fw={600}>
              From <When at={version.effectiveFrom} inline /> on
            </Text>
            <UsesWords version={version} />
            <Text size="sm" c="dimmed">
              {version.reason} Set by {version.setBy}.
            </Text>
            {mayChange ? (
              <Button size="xs" variant="default" mt={6} onClick={() => setWithdrawn(version)}>
                Withdraw<VisuallyHidden> version {version.version}</VisuallyHidden>
              </Button>
            ) : null}
          </List.Item>
        ))}
      </List>
      {withdrawn === undefined ? null : (
        <ConfirmDialog
          title="Withdraw this change?"
          confirm="Withdraw it and tell all Users"
          changing={withdrawing}
          onConfirm={() => void withdraw(withdrawn)}
          onClose={() => setWithdrawn(undefined)}
        >
          What was to change on <When at={withdrawn.effectiveFrom} inline /> does not come. It stays in the history.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

/** The use of every way in a line. */
export function UsesWords({ version }: { version: WaysVersion }) {
  return (
    <Text size="sm">
      {wayNames.map((way) => `${wayWords[way]}: ${useWords[version.ways[way].use].toLowerCase()}`).join(' · ')}
    </Text>
  );
}
