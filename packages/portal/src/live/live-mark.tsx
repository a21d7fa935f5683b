import { useIsLive } from './live.tsx';

/** Whether the page moves by itself: said once when that ends and when it returns, always in sight. */
export function LiveMark() {
  const isLive = useIsLive();
  return (
    <span role="status" className={`penstock-live ${isLive ? '' : 'penstock-live-lost'}`}>
      {isLive ? 'Live' : 'Not live'}
      <span className="penstock-live-why">{isLive ? '' : ': trying to connect again'}</span>
    </span>
  );
}
