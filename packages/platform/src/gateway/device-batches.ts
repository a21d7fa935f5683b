/**
 * Look-ups of target devices, gathered: those asked for while one is under way go together in the next. Nothing is
 * remembered, so what a message is judged by was read after the message arrived.
 */
import type { Eui } from '@penstock/duis';
import type { KnownDevice } from '../devices/devices.ts';
import { databaseFailure } from '../foundation/database/index.ts';

export type FindDevices = (devices: readonly Eui[]) => Promise<ReadonlyMap<Eui, KnownDevice>>;

/** One query stays short, and beside it the next can already gather. */
const MOST_DEVICES = 500;

interface Asked {
  readonly device: Eui;
  readonly resolve: (device: KnownDevice | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class DeviceBatches {
  private readonly findDevices: FindDevices;
  private asked: Asked[] = [];
  private isBusy = false;

  constructor(findDevices: FindDevices) {
    this.findDevices = findDevices;
  }

  /** The device as it is known now; undefined when it is not. Rejects with PenstockError database.unavailable. */
  find(device: Eui): Promise<KnownDevice | undefined> {
    return new Promise((resolve, reject) => {
      this.asked.push({ device, resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      // the rest of what this turn of the event loop brings joins
      setImmediate(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.asked.length > 0) {
      const batch = this.asked.splice(0, MOST_DEVICES);
      try {
        const found = await this.findDevices([...new Set(batch.map((one) => one.device))]);
        for (const one of batch) one.resolve(found.get(one.device));
      } catch (error) {
        const failure = databaseFailure(error);
        for (const one of batch) one.reject(failure);
      }
    }
    this.isBusy = false;
  }
}
