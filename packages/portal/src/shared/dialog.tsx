import { Modal, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useSessionEnded } from '../session/session-end.ts';

/** What had the focus on the page when the first of the dialogs came that follow one another. */
let opener: Element | null = null;

/** Where one was is where one is again: dialogs are taken away when they are done, and the focus would be nowhere. */
function useFocusBack(): void {
  const [before] = useState(() => {
    const active = document.activeElement;
    if (active?.closest('[role=dialog]') == null) opener = active;
    return opener;
  });
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    },
    [before],
  );
}

/**
 * What stands before the page until it is done or closed. When the session ends meanwhile, signing in stands before it,
 * and Escape is not for it: what was typed stays.
 */
export function Dialog(props: {
  title: string;
  size?: 'lg';
  /** Leaves it open when somebody clicks beside it. */
  isForm?: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, size, isForm = false, onClose, children } = props;
  const hasEnded = useSessionEnded();
  useFocusBack();
  return (
    <Modal.Root
      opened
      onClose={onClose}
      closeOnClickOutside={!isForm}
      closeOnEscape={!hasEnded}
      trapFocus={!hasEnded}
      centered
      {...(size === undefined ? {} : { size })}
    >
      <Modal.Overlay backgroundOpacity={0.6} />
      <Modal.Content aria-label={title}>
        <Modal.Body p="lg">
          <Stack gap="md">
            <Title order={2} size="h3">
              {title}
            </Title>
            {children}
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
