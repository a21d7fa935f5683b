// The place in the portal to come back to from an organisation's sign-in: kept for the tab, and never an address that came
// from outside.
const KEY = 'penstock-place';

export function rememberPlace(): void {
  const { pathname, search } = window.location;
  sessionStorage.setItem(KEY, pathname + search);
}

/** Goes back to where the sign-in began, else to the first page. */
export function goBackToPlace(): void {
  const place = sessionStorage.getItem(KEY) ?? '/';
  sessionStorage.removeItem(KEY);
  // '//' would be the begin of another host
  const isPage = /^\/(?!\/)/.test(place) && !/^\/(invitation|sign-in\/)/.test(place);
  window.location.replace(isPage ? place : '/');
}
