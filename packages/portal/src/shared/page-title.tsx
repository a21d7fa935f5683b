/** The title of the tab: what the page shows comes first, since tabs are narrow. */
export function PageTitle({ title }: { title: string }) {
  return <title>{`${title} - Penstock`}</title>;
}
