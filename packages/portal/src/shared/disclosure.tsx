import { Button, type ButtonProps, Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';

/** A button that opens a small panel: any content, closed by Escape, by leaving it, or by `close`. */
export function Disclosure(props: {
  /** What the panel is about. */
  label: string;
  width: number;
  button: ReactNode;
  buttonProps: ButtonProps;
  children: (close: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={props.width}
      position="bottom-end"
      shadow="md"
      trapFocus
      returnFocus
      withinPortal={false}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button {...props.buttonProps} onClick={() => setOpen(!isOpen)}>
          {props.button}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={props.label} className="penstock-panel penstock-disclosed">
        {props.children(() => setOpen(false))}
      </Popover.Dropdown>
    </Popover>
  );
}
