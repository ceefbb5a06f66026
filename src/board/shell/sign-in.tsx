/** The form that takes the token. */
import { useState } from 'preact/hooks';
import { signIn } from '../api/session.ts';
import { beginSession, demoToken } from '../state/session.ts';

export function SignIn() {
  const [token, setToken] = useState(demoToken.value ?? '');
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (token.trim() === '') return setFault('Type your token, or paste it.');
    setBusy(true);
    const refusal = await signIn(token.trim());
    setBusy(false);
    setFault(refusal);
    if (refusal === null) await beginSession();
  };
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
