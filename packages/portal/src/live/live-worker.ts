// The shared worker: one for all tabs of a browser, so that they take one of its six connections to this origin together.
import { Tabs, type TabWord } from './tabs.ts';

const tabs = new Tabs();

globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<TabWord>) => tabs.hear(port, data);
});
