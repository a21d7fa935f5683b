import { useState } from 'react';
import type { AuthFailure, AuthResult } from './auth.ts';

/** Tries something of signing in: whether it is under way, and what failed last, told anew at each try. */
export function useAttempt() {
  const [failure, setFailure] = useState<AuthFailure>();
  const [tries, setTries] = useState(0);
  const [isBusy, setBusy] = useState(false);

  /** Resolves with the value, or undefined when it failed. */
  async function attempt<Value>(work: Promise<AuthResult<Value>>): Promise<{ readonly value: Value } | undefined> {
    setBusy(true);
    const result = await work;
    setBusy(false);
    setTries((count) => count + 1);
    setFailure(result.ok ? undefined : result);
    return result.ok ? { value: result.value } : undefined;
  }
  return { attempt, isBusy, failure, tries, forget: () => setFailure(undefined) };
}
