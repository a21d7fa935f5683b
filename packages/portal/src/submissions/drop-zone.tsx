import { type DragEvent, type ReactNode, useState } from 'react';

/** Takes files that are dropped anywhere on it; what is in it is the way by keyboard. */
export function DropZone({ onFiles, children }: { onFiles: (files: File[]) => void; children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  const stay = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === 'dragover');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way beside the fields in it
    <div
      className="penstock-drop"
      data-over={isOver || undefined}
      onDragOver={stay}
      onDragLeave={stay}
      onDrop={(event) => {
        stay(event);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
    </div>
  );
}
