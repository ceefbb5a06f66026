/** The page: the form while nobody is signed in, otherwise the stock, the activity or the webhooks. */
import { useEffect } from 'preact/hooks';
import { ActivityPage } from '../activity/activity-page.tsx';
import { ReadingFault } from '../grid/empty-grid.tsx';
import { Grid } from '../grid/grid.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { takeDroppedFiles } from '../import/bring-in.tsx';
import { ImportDialog } from '../import/import-dialog.tsx';
import { liveStatus } from '../live/live.ts';
import { conflicts } from '../edit/conflicts.ts';
import { pendingCalls } from '../edit/pending.ts';
import { edits } from '../edit/edits.ts';
import { isReachable, isSignedIn } from '../state/reachable.ts';
import { follow, page, pathOf, type Page } from '../state/route.ts';
import { leave, mayEdit, mayManageWebhooks, mayView, viewer } from '../state/session.ts';
import { followTyping } from '../state/typing.ts';
import { stoppedWebhooks } from '../state/webhooks.ts';
import { WebhookDialog } from '../webhooks/webhook-dialogs.tsx';
import { WebhooksPage } from '../webhooks/webhooks-page.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { NoticeLine, RowsDialog } from './notice-line.tsx';
import { SignIn } from './sign-in.tsx';
import { Toolbar } from './toolbar.tsx';

export function App() {
  useEffect(takeDroppedFiles, []);
  useEffect(followTyping, []);
  if (isSignedIn.value === false) return <SignIn />;
  if (!viewer.value) return <p class="hint">{isReachable.value ? '' : 'The gateway cannot be reached.'}</p>;
  return (
    <>
      <Top />
      <main>
        {!mayView.value && <p class="empty">This token may not view SKUs. Ask for one with view_items.</p>}
        {mayView.value && page.value === 'stock' && <Stock />}
        {mayView.value && page.value === 'activity' && <ActivityPage mayEdit={mayEdit.value} />}
        {mayManageWebhooks.value && page.value === 'webhooks' && <WebhooksPage />}
      </main>
      <NoticeLine />
      <ConflictDialog />
      <RowsDialog />
      <ImportDialog />
      {mayManageWebhooks.value && <WebhookDialog />}
    </>
  );
}

function Stock() {
  return (
    <>
      <Toolbar mayEdit={mayEdit.value} />
      <ReadingFault />
      <div class="stage">
        <Grid mayEdit={mayEdit.value} />
        <HistoryPanel mayEdit={mayEdit.value} />
      </div>
    </>
  );
}

const lights = { live: 'on', 'catching up': '', offline: 'off' } as const;

function Top() {
  return (
    <header class="top">
      <h1>Stock board</h1>
      <nav aria-label="Pages">
        <PageLink to="stock">Stock</PageLink>
        <PageLink to="activity">Activity</PageLink>
        {mayManageWebhooks.value && <PageLink to="webhooks">Webhooks</PageLink>}
      </nav>
      <Waiting />
      {mayManageWebhooks.value && <StoppedMark />}
      <span class={`live ${lights[liveStatus.value]}`} role="status" aria-label="Live">
        {liveStatus.value}
      </span>
      <span class="who">{`${viewer.value?.supplier} · ${viewer.value?.tokenName}`}</span>
      <button type="button" class="quiet" onClick={() => void leave()}>
        Sign out
      </button>
    </header>
  );
}

function PageLink({ to, children }: { to: Page; children: string }) {
  return (
    <a
      href={pathOf(to)}
      aria-current={page.value === to ? 'page' : undefined}
      onClick={(event) => follow(event, to)}
    >
      {children}
    </a>
  );
}

/** Webhooks that need somebody, on every page. */
function StoppedMark() {
  const count = stoppedWebhooks.value.length;
  return (
    <span role="status" aria-label="Webhooks">
      {count > 0 && (
        <a class="stopped-mark" href={pathOf('webhooks')} onClick={(event) => follow(event, 'webhooks')}>
          {count === 1 ? '1 webhook has stopped' : `${count} webhooks have stopped`}
        </a>
      )}
    </span>
  );
}

/** How many edits are not stored yet because the gateway cannot be reached. */
function Waiting() {
  const waiting = [...edits.value.values()].filter(({ state }) => state === 'waiting').length;
  const calls = isReachable.value ? 0 : pendingCalls.value;
  const open = conflicts.value.length;
  if (open > 0) return <span class="waiting">{`${open} changed by someone else`}</span>;
  if (waiting + calls === 0) return null;
  return <span class="waiting">{`${waiting + calls} waiting to be saved`}</span>;
}
