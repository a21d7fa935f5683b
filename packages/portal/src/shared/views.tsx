import { Link } from '@tanstack/react-router';

/** The views of a page, each with its address. */
export function Views(props: { label: string; views: readonly (readonly [string, string])[]; shown: string }) {
  return (
    <nav aria-label={props.label} className="penstock-views">
      {props.views.map(([tab, words]) => (
        <Link
          key={tab}
          to="."
          search={({ for: acting }: { for?: string | undefined }) => ({ for: acting, tab })}
          aria-current={tab === props.shown ? 'page' : undefined}
        >
          {words}
        </Link>
      ))}
    </nav>
  );
}
