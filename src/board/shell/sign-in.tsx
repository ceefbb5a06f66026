/** The form that takes the token. */
import { useState } from 'preact/hooks';
import { signIn } from '../api/session.ts';
import { beginSession, demoToken, sessionFault } from '../state/session.ts';

export function SignIn() {
  const [token, setToken] = useState(demoToken.value ?? '');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (token.trim() === '') return setRefusal('Type your token, or paste it.');
    setBusy(true);
    const answer = await signIn(token.trim());
    setRefusal(typeof answer === 'string' ? answer : null);
    if (typeof answer !== 'string') await beginSession(answer);
    setBusy(false);
  };
  const fault = refusal ?? sessionFault.value;
  return (
    <main class="sign-in">
      <h1>Stock board</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label for="token">Token</label>
        <input
          id="token"
          value={token}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="token-hint"
          aria-invalid={fault !== null}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <p id="token-hint" class="hint">
          {demoToken.value === null
            ? 'Whoever runs this service gives you a token. This browser sends it once and does not keep it.'
            : 'This is the demo: its token is filled in.'}
        </p>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <button type="submit" class="main" disabled={isBusy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
