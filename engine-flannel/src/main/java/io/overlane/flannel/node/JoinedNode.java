// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.host.check.HostChecks;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseKeeper;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.lease.ThreadAlarms;
import io.overlane.tun.service.SystemdNotifier;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * A node that has its lease and its tunnel: it keeps the lease, follows the leases of the others, and has checks that
 * keep the host equal to them. The checks run on one thread.
 */
@SuppressWarnings("NullAway.Init") // follow() sets the fields that are not set here.
final class JoinedNode implements AutoCloseable
{
    /** Period of the check of devices and addresses, which costs a few system calls. */
    private static final long NETWORK_PERIOD_S = 1;

    /** Period of the check of routes and neighbours, which costs some processes; flannel's host-gw has the same. */
    private static final long ROUTES_PERIOD_S = 10;

    /** The check of the peers runs on each change; the period only keeps it scheduled. */
    private static final long PEERS_PERIOD_S = TimeUnit.DAYS.toSeconds(1);

    private static final String NETWORK = "network";
    private static final String PEERS = "peers";
    private static final String ROUTES = "routes";
    private static final String RULES = "rules";

    private final FlannelOptions options;
    private final SubnetManager manager;
    private final NodeNetwork nodeNetwork;
    private final HostSide hostSide;
    private final CountDownLatch over;
    private final Consumer<String> events;
    private final Peers peers;
    private final ThreadAlarms alarms = new ThreadAlarms("flannel-lease");
    private volatile @Nullable LeaseKeeper keeper;
    private volatile @Nullable HostChecks checks;
    private SubnetManager.Watch watch;

    /** @param over reaches zero when the node must stop, or has to begin anew with another configuration. */
    JoinedNode(
        final FlannelOptions options,
        final SubnetManager manager,
        final NodeNetwork nodeNetwork,
        final HostSide hostSide,
        final CountDownLatch over,
        final Consumer<String> events)
    {
        this.options = options;
        this.manager = manager;
        this.nodeNetwork = nodeNetwork;
        this.hostSide = hostSide;
        this.over = over;
        this.events = events;
        peers = new Peers(events, () -> askFor(ROUTES), () -> askFor(PEERS), this::isOwn,
            lease -> nodeNetwork.backend().reaches(lease));
    }

    /** Begin; called once. */
    void follow(final Lease own, final SystemdNotifier systemd)
    {
        keeper = new LeaseKeeper(
            manager,
            own,
            Duration.ofMinutes(options.renewMarginMinutes),
            alarms,
            this.new Kept(systemd),
            events).start();
        nodeNetwork.follow(this.new Joined());
        watch = manager.watchLeases(own.key(), peers);
        final HostChecks running = new HostChecks(
            (name, corrected) -> events.accept(corrected),
            (name, failure) -> events.accept(name + ": " + NodeMembership.message(failure)));
        checks = running;
        running.every(NETWORK, NETWORK_PERIOD_S, nodeNetwork::checkNetwork);
        running.every(PEERS, PEERS_PERIOD_S, nodeNetwork::carryOutPeers);
        running.every(ROUTES, ROUTES_PERIOD_S, nodeNetwork::checkRoutes);
        running.every(RULES, options.rulesResyncSeconds, hostSide::ensureRules);
    }

    /** Whether {@link #follow} was called. Any thread. */
    boolean hasLease()
    {
        return keeper != null;
    }

    /** The present lease. Any thread. */
    Lease ownLease()
    {
        return Objects.requireNonNull(keeper).lease();
    }

    Peers peers()
    {
        return peers;
    }

    private boolean isOwn(final Lease lease)
    {
        final Lease own = ownLease();
        return lease.key().equals(own.key()) || lease.attributes().equals(own.attributes());
    }

    /** Follows the node's lease. */
    private final class Kept implements LeaseKeeper.Listener
    {
        private final SystemdNotifier systemd;

        private Kept(final SystemdNotifier systemd)
        {
            this.systemd = systemd;
        }

        @Override
        public void onKept(final Lease lease)
        {
            events.accept("lease " + lease.key() + " renewed");
        }

        @Override
        public void onMoved(final Lease before, final Lease now)
        {
            systemd.status("lease " + now.key() + ", moved from " + before.key());
            checkNetwork();
        }

        @Override
        public void onReconfigured()
        {
            over.countDown();
        }
    }

    /** What the registry has, for the checks. */
    private final class Joined implements NodeNetwork.RegistryView
    {
        @Override
        public Lease own()
        {
            return ownLease();
        }

        @Override
        public @Nullable List<Lease> peersOrNull()
        {
            return peers.known().getCount() == 0 ? peers.leases() : null;
        }

        @Override
        public void publish(final LeaseAttributes attributes)
        {
            Objects.requireNonNull(keeper).publish(attributes);
        }

        @Override
        public void onMoved()
        {
            watch.close();
            watch = manager.watchLeases(ownLease().key(), peers);
        }
    }

    /**
     * Wait until all peers are known and set up on the host.
     *
     * @param errors gets a failure of the setup.
     * @return false if the node is over before.
     */
    boolean awaitPeers(final ErrorHandler errors) throws InterruptedException
    {
        while (!peers.known().await(50, TimeUnit.MILLISECONDS))
        {
            if (over.getCount() == 0)
            {
                return false;
            }
        }
        try
        {
            Objects.requireNonNull(checks).now(ROUTES).get();
        }
        catch (final ExecutionException | CancellationException ex)
        {
            errors.onError(ex);
        }
        return over.getCount() > 0;
    }

    /** Check devices and addresses soon. Any thread. */
    void checkNetwork()
    {
        askFor(NETWORK);
    }

    private void askFor(final String check)
    {
        final HostChecks running = checks;
        if (running != null)
        {
            running.now(check);
        }
    }

    @Override
    public void close()
    {
        // The checks end first, so that none changes the host while the rest is closed.
        CloseHelper.closeAll(
            error -> events.accept(NodeMembership.message(error)),
            checks,
            () ->
            {
                if (watch != null)
                {
                    watch.close();
                }
            },
            keeper,
            alarms);
    }
}
