import { GatePage } from './gate-page.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Stands at whatever address was opened, so that signing in leads where the link leads. */
export function SignInPage({ onDone }: { onDone: () => void }) {
  return (
    <GatePage
      title="Sign in"
      footer="You have no account? An administrator of your organisation invites you. You cannot get in any more? An administrator resets your sign-in and gives you a link."
    >
      <SignInForm onDone={onDone} />
    </GatePage>
  );
}
