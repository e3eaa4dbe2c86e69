// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a node's lease: renews it in time, acquires it again after it was revoked, writes it again after another
 * program overwrote it, and acquires another subnet if another node took this one. flannel's daemon ends if its lease
 * was revoked, and does not notice the rest. An event of the watch is only a reason to ask the registry.
 *
 * <p>Everything, the listener included, runs on the alarms' thread.
 */
public final class LeaseKeeper implements AutoCloseable
{
    /** flannel's {@code --subnet-lease-renew-margin}: time before the end of the lease at which it is renewed. */
    public static final Duration DEFAULT_MARGIN = Duration.ofMinutes(60);

    /** Pause between attempts to renew, as in flannel; with the default margin there are sixty of them. */
    static final Duration RETRY = Duration.ofMinutes(1);

    /** First pause between attempts to acquire a lease again. It is short, as peers' packets are lost meanwhile. */
    static final Duration FIRST_REACQUIRE = Duration.ofSeconds(1);

    /** Pauses between two writes by which this node corrects its key grow, as two nodes may both believe it theirs. */
    static final Duration FIRST_CORRECTION = Duration.ofMillis(100);
    static final Duration LONGEST_CORRECTION = Duration.ofHours(1);

    private final SubnetManager manager;
    private final Duration margin;
    private final Alarms alarms;
    private final Listener listener;
    private final Consumer<String> notices;
    private volatile Lease lease;
    private Alarms.@Nullable Alarm renewal;
    private Alarms.@Nullable Alarm reacquisition;
    private SubnetManager.@Nullable Watch watch;
    private final Backoff backoff = new Backoff(FIRST_REACQUIRE, RETRY);
    private final Backoff corrections = new Backoff(FIRST_CORRECTION, LONGEST_CORRECTION);

    /** True during the pause after a correction. */
    private boolean isPausing;

    /** The last write reported during that pause. */
    private @Nullable Lease writtenAgain;

    /** Set after such a pause: when it goes off, pauses are short again. */
    private Alarms.@Nullable Alarm calm;
    private boolean closed;

    /** Gets changes of the lease. */
    public interface Listener
    {
        /**
         * The lease was renewed, or acquired again with the same subnet.
         *
         * @param lease as it is now.
         */
        void onKept(Lease lease);

        /** The node has another subnet now, so its device, routes and subnet file must change. */
        void onMoved(Lease before, Lease now);

        /**
         * The lease is lost and the network has another configuration now, so the node must start anew with that one.
         * Nothing is called after this.
         */
        void onReconfigured();
    }

    /**
     * @param margin   time before its end at which it is renewed.
     * @param alarms   runs everything; the caller closes it after this.
     * @param listener gets changes of the lease.
     */
    public LeaseKeeper(
        final SubnetManager manager,
        final Lease lease,
        final Duration margin,
        final Alarms alarms,
        final Listener listener,
        final Consumer<String> notices)
    {
        this.manager = manager;
        this.lease = lease;
        this.margin = margin;
        this.alarms = alarms;
        this.listener = listener;
        this.notices = notices;
    }

    /** @return this, started. */
    public LeaseKeeper start()
    {
        alarms.after(Duration.ZERO, () ->
        {
            follow();
            scheduleRenewal();
        });
        return this;
    }

    /** @return the lease in its last known state; any thread. */
    public Lease lease()
    {
        return lease;
    }

    /** Publish other attributes, for example after the node's address changed; any thread. */
    public void publish(final LeaseAttributes attributes)
    {
        alarms.after(Duration.ZERO, () ->
        {
            lease = new Lease(lease.key(), attributes, lease.timeToLive(), lease.reserved(), lease.revision());
            renewIn(Duration.ZERO);
        });
    }

    private void follow()
    {
        if (closed)
        {
            return;
        }
        watch = manager.watchLease(lease.key(), new OwnLeaseListener()
        {
            private final SubnetKey followed = lease.key();

            @Override
            public void onWritten(final Lease written)
            {
                alarms.after(Duration.ZERO, () -> written(written));
            }

            @Override
            public void onLost()
            {
                alarms.after(Duration.ZERO, () -> lost(followed));
            }
        });
    }

    private void scheduleRenewal()
    {
        final Duration left = lease.timeToLive();
        if (left != null)
        {
            // A lease shorter than the margin must not be renewed in a loop.
            renewIn(left.compareTo(margin) > 0 ? left.minus(margin) : left.dividedBy(2));
        }
    }

    private void renewIn(final Duration delay)
    {
        if (renewal != null)
        {
            renewal.cancel();
        }
        renewal = alarms.after(delay, this::renew);
    }

    private void renew()
    {
        if (closed || reacquisition != null)
        {
            return;
        }
        final Lease before = lease;
        try
        {
            lease = manager.renew(before);
        }
        catch (final RuntimeException ex)
        {
            if (ex instanceof RegistryException failure && failure.kind() == RegistryException.Kind.CONFLICT)
            {
                notices.accept(ex.getMessage() + "; acquiring a lease again");
                reacquire();
            }
            else
            {
                notices.accept("lease " + lease.key() + " not renewed: " + ex.getMessage() +
                    "; trying again in " + RETRY.toSeconds() + " s");
                renewIn(RETRY);
            }
            return;
        }
        adopt(before);
    }

    /** The manager has returned the present lease. */
    private void adopt(final Lease before)
    {
        scheduleRenewal();
        if (lease.key().equals(before.key()))
        {
            notifyListener(() -> listener.onKept(lease));
        }
        else
        {
            notices.accept("lease " + lease.key() + " replaces " + before.key());
            Objects.requireNonNull(watch).close();
            follow();
            notifyListener(() -> listener.onMoved(before, lease));
        }
    }

    private void notifyListener(final Runnable call)
    {
        try
        {
            call.run();
        }
        catch (final RuntimeException ex)
        {
            notices.accept("lease " + lease.key() + ": the listener failed: " + ex);
        }
    }

    /** Our own writes are reported too. */
    private void written(final Lease written)
    {
        if (closed || reacquisition != null || !written.key().equals(lease.key()) ||
            written.revision() == lease.revision())
        {
            return;
        }
        if (isPausing)
        {
            writtenAgain = written;
            return;
        }
        // An operator reserves a subnet by writing the same value without an end.
        final boolean isReservation = written.sameForPeers(lease) && written.reserved();
        if (!isReservation && written.revision() > lease.revision())
        {
            notices.accept(foreignWrite(written));
        }
        correct();
    }

    private String foreignWrite(final Lease written)
    {
        final String start = "another program wrote the key of lease " + lease.key();
        if (!written.isReadable())
        {
            return start + " with a value that cannot be read";
        }
        return written.attributes().publicIp().equals(lease.attributes().publicIp()) ?
            start + " with our public address " + written.attributes().publicIp() + (written.sameForPeers(lease) ? "" :
                ", but " + written.attributes().toJson()) + "; a second node with that address would share the subnet" :
            start + " for " + written.attributes().publicIp();
    }

    /** Ask the registry for the key, and write it again if need be. The pauses between two corrections grow. */
    private void correct()
    {
        isPausing = true;
        if (calm != null)
        {
            calm.cancel();
        }
        alarms.after(corrections.next(), () ->
        {
            final Lease again = writtenAgain;
            isPausing = false;
            writtenAgain = null;
            calm = alarms.after(RETRY, corrections::reset);
            if (again != null)
            {
                written(again);
            }
        });
        renewIn(Duration.ZERO);
    }

    private void lost(final SubnetKey key)
    {
        if (!closed && reacquisition == null && key.equals(lease.key()))
        {
            notices.accept("lease " + key + " has been revoked; acquiring it again");
            reacquire();
        }
    }

    private void reacquire()
    {
        reacquisition = null;
        if (closed)
        {
            return;
        }
        final Lease before = lease;
        try
        {
            lease = manager.acquire(before.attributes(), before.key());
        }
        catch (final RuntimeException ex)
        {
            if (ex instanceof RegistryException failure && failure.kind() == RegistryException.Kind.RECONFIGURED)
            {
                notices.accept("no lease: " + ex.getMessage());
                closed = true;
                notifyListener(listener::onReconfigured);
                return;
            }
            final Duration pause = backoff.next();
            notices.accept("no lease: " + ex.getMessage() + "; trying again in " + pause.toSeconds() + " s");
            reacquisition = alarms.after(pause, this::reacquire);
            return;
        }
        backoff.reset();
        adopt(before);
    }

    /**
     * Stop keeping the lease, which lasts until it expires. When this returns, nothing more is called. The listener
     * must not call it.
     */
    @Override
    public void close()
    {
        final CountDownLatch done = new CountDownLatch(1);
        alarms.after(Duration.ZERO, () ->
        {
            closed = true;
            if (watch != null)
            {
                watch.close();
            }
            done.countDown();
        });
        try
        {
            done.await(5, TimeUnit.SECONDS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
