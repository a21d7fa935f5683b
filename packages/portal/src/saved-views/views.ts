import { type PostView, viewListSchema } from '@penstock/api/schemas';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/call.ts';
import { useSession } from '../session/me.ts';

/** A page with what stands in its address; the API says what of it is no condition. */
export interface Shown {
  readonly page: PostView['shown']['page'];
  readonly search: Readonly<Record<string, string | undefined>>;
}

/** All of a page, by name. */
export function useViews(page: Shown['page']) {
  const { acting } = useSession();
  return useQuery({
    queryKey: ['views', acting, page],
    queryFn: ({ signal }) => ask(viewListSchema, '/views', { caller: { acting }, query: { page }, signal }),
  });
}
