import { Button, VisuallyHidden } from '@mantine/core';

/** The way to what came after a list was read. The list itself stands still, since somebody reads it. */
export function ShowNew(props: {
  /** What the list is of, one and many. */
  what: readonly [string, string];
  /** So many came; 0: none, or it was not counted. */
  count: number;
  /** Counted so far. */
  most?: number;
  /** Whether something came, where it is not counted. */
  hasNew: boolean;
  isLoading: boolean;
  onShow: () => void;
}) {
  const { what, count, most = Number.POSITIVE_INFINITY, hasNew, isLoading, onShow } = props;
  const [one, many] = what;
  const number = count >= most ? `more than ${most}` : count.toLocaleString('en-GB');
  return (
    <>
      <Button variant={hasNew ? 'filled' : 'default'} loading={isLoading} onClick={onShow}>
        {count > 0 ? `Show ${number} new ${count === 1 ? one : many}` : `Show new ${many}`}
      </Button>
      {/* said once, and not with each one more */}
      <VisuallyHidden role="status">{hasNew ? `There are new ${many}.` : ''}</VisuallyHidden>
    </>
  );
}
