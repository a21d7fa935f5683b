import { Empty } from '../shared/states.tsx';

/** Whoever may see nothing of a device is told the same as of a device that nobody has. */
export function NotYours({ isOperator }: { isOperator: boolean }) {
  return (
    <Empty title="There are no titles to see here.">
      {isOperator
        ? 'This User is not responsible for the device now, or there is no such device.'
        : 'Either there is no such device, or you are not responsible for it now. Both look the same here.'}
    </Empty>
  );
}
