import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Query } from '../api/call.ts';
import { useSession } from '../session/me.ts';
import { ExportButton } from './export-button.tsx';
import { FindBox, useFind } from './find-box.tsx';

/** Above a list: what it is narrowed to, where one can find in it; all of it as a file, and what can be added to it. */
export function ListHead(props: {
  /** What is found, and by what of it; left out: it is short. */
  find?: string;
  by?: string;
  /** The list in the API; its file has the same name. */
  path: string;
  /** What else the list is narrowed to, for its file. */
  query?: Query;
  children?: ReactNode;
}) {
  const { acting } = useSession();
  const find = useFind();
  return (
    <Group justify={props.find === undefined ? 'flex-end' : 'space-between'} align="flex-end" gap="sm">
      {props.find === undefined ? null : <FindBox label={props.find} by={props.by ?? ''} />}
      <Group gap="xs">
        <ExportButton
          caller={{ acting }}
          path={`${props.path}.csv`}
          query={{ ...props.query, ...(props.find === undefined ? {} : { find }) }}
          name={props.path.slice(1).replaceAll('/', '-')}
        />
        {props.children}
      </Group>
    </Group>
  );
}
