import type { Page } from 'playwright-core';

// A page is opened anew without loading its scripts anew, which takes ten times as long: what stood before is gone, no
// answer of before is left, and who is signed in is asked again. Where no page is yet, one is loaded.

interface Fiber {
  readonly memoizedProps?: { readonly client?: Client; readonly router?: Router } | null;
  readonly child: Fiber | null;
  readonly sibling: Fiber | null;
}
interface Client {
  resetQueries(filters: { predicate(query: { readonly queryKey: readonly unknown[] }): boolean }): Promise<void>;
  refetchQueries(filters: { queryKey: readonly unknown[] }): Promise<void>;
}
interface Router {
  navigate(to: { href: string }): Promise<void>;
}

export async function openAnew(page: Page, path: string): Promise<void> {
  if (page.url() === 'about:blank') {
    await page.goto(path);
    return;
  }
  await page.locator('#root').evaluate(async (root, href) => {
    const name = Object.keys(root).find((key) => key.startsWith('__reactContainer$')) ?? '';
    const container: { stateNode: { current: Fiber } } = Reflect.get(root, name);
    let client: Client | undefined;
    let router: Router | undefined;
    const waiting: (Fiber | null)[] = [container.stateNode.current];
    while (waiting.length > 0 && (client === undefined || router === undefined)) {
      const fiber = waiting.pop();
      if (fiber == null) continue;
      client ??= fiber.memoizedProps?.client;
      router ??= fiber.memoizedProps?.router;
      waiting.push(fiber.sibling, fiber.child);
    }
    if (client === undefined || router === undefined) throw new Error('the portal is made of other parts');
    // a page that asks nothing: what stood before is gone
    await router.navigate({ href: '/nowhere' });
    // what the frame around the page asks may be what is to be looked at, and wait
    void client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    await client.refetchQueries({ queryKey: ['me'] });
    await router.navigate({ href });
  }, path);
}
