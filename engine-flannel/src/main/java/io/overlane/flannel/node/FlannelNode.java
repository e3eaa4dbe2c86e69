// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.Printable;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.check.HostChecks;
import io.overlane.flannel.host.link.InterfaceChoice;
import io.overlane.flannel.host.status.HealthServer;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseKeeper;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.lease.ThreadAlarms;
import io.overlane.memory.FastAccess;
import io.overlane.tun.host.IpCommand;
import io.overlane.tun.service.SystemdNotifier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * One node of a network, from its first request to the registry to its end. Changes on this host or in the registry are
 * found and corrected by checks, which all run on one thread.
 *
 * <p>At the end devices are removed, and with them the routes through them. What flannel leaves stays: the lease, which
 * a restart finds again, {@code subnet.env}, the CNI file, the firewall's rules unless {@code --remove-rules} is given,
 * and plain routes to peers.
 */
@SuppressWarnings("NullAway.Init") // run() sets the fields that are not set here.
public final class FlannelNode
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
    private final NodeOptions nodeOptions;
    private final Supplier<SubnetManager> managers;
    private final Consumer<String> events;
    private final ErrorHandler errors;
    private final SystemdNotifier systemd;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final HandOver handOver;
    private NodePorts ports = NodePorts.NONE;

    /** What lasts as long as {@link #run}. */
    private final Deque<AutoCloseable> lasting = new ArrayDeque<>();

    /** What belongs to one configuration of the network. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Reaches zero when the node must stop or has to begin anew with another configuration of the network. */
    private volatile CountDownLatch over = new CountDownLatch(1);
    private volatile boolean isReady;
    private volatile String waitsFor = "";
    private volatile @Nullable LeaseKeeper keeper;
    private volatile Peers peers;
    private volatile HostChecks checks;

    private SubnetManager manager;
    private NetworkConfig network;
    private volatile NodeNetwork nodeNetwork;
    private SubnetManager.Watch watch;

    /** @param nodeOptions options that flanneld does not have. */
    public FlannelNode(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final Map<String, String> environment,
        final Consumer<String> events)
    {
        this(options, nodeOptions, () -> SubnetManagers.open(options, nodeOptions, environment, events), environment,
            events);
    }

    /**
     * A node whose subnet comes from another subnet manager.
     *
     * @param options     flanneld's; those of etcd and Kubernetes are ignored.
     * @param nodeOptions options that flanneld does not have; those of etcd are ignored.
     * @param managers    makes the subnet manager when the node runs; the node closes it.
     */
    public FlannelNode(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final Supplier<SubnetManager> managers,
        final Map<String, String> environment,
        final Consumer<String> events)
    {
        this.options = options;
        this.nodeOptions = nodeOptions;
        this.managers = managers;
        this.events = Printable.lines(events);
        this.handOver = new HandOver(nodeOptions.takeOver, this::stop, this.events);
        this.errors = error ->
        {
            this.events.accept(error.getMessage() == null ? error.toString() : error.getMessage());
            askFor(NETWORK);
        };
        this.systemd = new SystemdNotifier(environment, errors);
    }

    /**
     * Run the node until {@link #stop} is called.
     *
     * @throws IOException if the registry refuses or something cannot be opened; one line. Nothing stays behind.
     * @throws IllegalArgumentException for an impossible setting of an option or of the network; one line.
     * @throws InterruptedException if the calling thread is interrupted; nothing stays behind either.
     */
    public void run() throws IOException, InterruptedException
    {
        try
        {
            options.conclude();
            lasting.push(handOver);
            if (!handOver.find())
            {
                openPorts();
            }
            manager = managers.get();
            lasting.push(manager);
            while (stop.getCount() > 0)
            {
                runOnce(systemd);
            }
        }
        finally
        {
            closeAll(lasting);
            if (handOver.isAsked())
            {
                ports.close();
                handOver.give();
            }
        }
    }

    /**
     * Set what the program opens for this node. With {@code --take-over}, another node on this host may still have the
     * same ports when {@link #run} is called.
     *
     * @return this.
     */
    public FlannelNode ports(final NodePorts other)
    {
        ports = other;
        return this;
    }

    /** Called once: at the start, or after another node has closed the same ports. */
    private void openPorts() throws IOException
    {
        if (options.healthPort != 0)
        {
            lasting.addLast(new HealthServer(
                options.healthAddress(), options.healthPort, () -> isReady, error -> events.accept("" + error)));
        }
        ports.open();
    }

    /** Be a node until it is stopped, or until the network has another configuration. */
    private void runOnce(final SystemdNotifier systemd) throws IOException, InterruptedException
    {
        final long startNs = System.nanoTime();
        over = new CountDownLatch(1);
        if (stop.getCount() == 0)
        {
            // The node was stopped before stop() could see this latch.
            over.countDown();
        }
        try
        {
            if (start())
            {
                if (handOver.begin())
                {
                    openPorts();
                }
                final String ready = "ready: " + ownLease().key() + ", backend " + network.backendType() +
                    ", MTU " + nodeNetwork.backend().containerMtu() + ", " +
                    peers.count() + ", in " + ms(startNs) + " ms, memory access " + FastAccess.NAME;
                isReady = true;
                waitsFor = "";
                reportReady();
                systemd.ready(ready);
                events.accept(ready);
                over.await();
            }
            isReady = false;
            waitsFor = "";
            if (stop.getCount() == 0)
            {
                systemd.stopping();
            }
        }
        catch (final RegistryException ex)
        {
            if (ex.kind() != RegistryException.Kind.RECONFIGURED)
            {
                throw ex;
            }
        }
        finally
        {
            isReady = false;
            waitsFor = "";
            closeAll(opened);
            keeper = null;
        }
        if (stop.getCount() > 0)
        {
            nodeNetwork.removeLeftovers();
            events.accept("the network has another configuration; starting anew with it");
        }
    }

    /** End {@link #run}; any thread. */
    public void stop()
    {
        stop.countDown();
        over.countDown();
    }

    /** @return true while the node is a member of the network and its tunnel is open. Any thread. */
    public boolean isReady()
    {
        return isReady;
    }

    /** @return what the node waits for before it is ready, for people; empty once it is, and at its end. Any thread. */
    public String waitsFor()
    {
        return waitsFor;
    }

    /** @return the engines that carry packets now, by the names of their devices; may be empty. Any thread. */
    public Map<String, OverlayEngine> engines()
    {
        final FlannelStatus status = status();
        return status == null ? Map.of() : status.backend().engines();
    }

    /** @return the node's status; null while it has no lease. Any thread. */
    @Nullable FlannelStatus status()
    {
        final LeaseKeeper kept = keeper;
        return kept == null ? null : new FlannelStatus(kept.lease(), peers.leases(), nodeNetwork.backend());
    }

    private boolean start() throws IOException, InterruptedException
    {
        final Attempts attempts = new Attempts(stop, events);
        waitFor("waiting for the network's configuration");
        final NetworkConfig config = attempts.call(manager::networkConfig);
        if (config == null)
        {
            return false;
        }
        network = config;
        waitFor("waiting for a lease");
        final InterfaceChoice choice = attempts.call(
            () -> options.interfaceChoice(network.v4() != null, network.v6() != null)
                .publishing(manager.nodePublicIp(false), manager.nodePublicIp(true)));
        if (choice == null)
        {
            return false;
        }
        nodeNetwork = new NodeNetwork(
            network,
            choice,
            IpCommand.find(),
            options.blackholeRoute && !nodeOptions.client,
            handOver.taken(),
            events,
            errors);
        opened.push(() -> handOver.close(nodeNetwork));
        final ConfigurationCheck check = new ConfigurationCheck(network, nodeNetwork.external());
        try
        {
            check.beforeLease(options.registryHosts()).forEach(events);
        }
        catch (final IOException ex)
        {
            awaitOtherConfiguration(attempts, message(ex));
            return false;
        }

        final Optional<LeaseAttributes> published = attempts.call(
            () -> Optional.ofNullable(manager.published(nodeNetwork.external().publicIp())));
        if (published == null)
        {
            return false;
        }
        final LeaseAttributes attributes = prepare(published.orElse(null));
        final HostSide hostSide = new HostSide(options, nodeOptions, network, events);
        // A node that still runs would write its lease again as soon as this one has written it.
        handOver.take();
        final Lease own = attempts.call(() -> manager.acquire(attributes, hostSide.previousSubnet()));
        if (own == null)
        {
            return false;
        }
        events.accept("lease " + own.key() + (own.timeToLive() == null ? ", reserved" :
            " for " + own.timeToLive().toHours() + " h"));
        check.afterLease(own.key()).forEach(events);
        opened.push(() -> hostSide.removeRulesOnRequest(!handOver.isAsked()));
        waitFor("opening the tunnel");
        open(own, hostSide, published.isEmpty());
        waitFor("waiting for the other nodes' leases");
        follow(own, hostSide);
        return awaitPeers();
    }

    private void waitFor(final String what)
    {
        waitsFor = what;
        systemd.status(what);
    }

    /** Returns if the node is stopped; with another configuration it begins anew. */
    private void awaitOtherConfiguration(final Attempts attempts, final String why)
        throws IOException, InterruptedException
    {
        final NetworkConfig other = attempts.call(() ->
        {
            final NetworkConfig read = manager.networkConfig();
            if (read.equals(network))
            {
                throw new RegistryException(RegistryException.Kind.MALFORMED, why);
            }
            return read;
        });
        if (other != null)
        {
            throw new RegistryException(RegistryException.Kind.RECONFIGURED, why);
        }
    }

    /** A node that cannot open its tunnel gives back a lease that it has only just acquired. */
    private void open(final Lease own, final HostSide hostSide, final boolean isNew) throws IOException
    {
        try
        {
            nodeNetwork.open(own, hostSide);
        }
        catch (final IOException | RuntimeException ex)
        {
            if (isNew)
            {
                release(own);
            }
            throw ex;
        }
    }

    private void release(final Lease own)
    {
        try
        {
            manager.release(own);
            events.accept("lease " + own.key() + " given back");
        }
        catch (final RegistryException ex)
        {
            events.accept("lease " + own.key() + " not given back: " + ex.getMessage());
        }
    }

    /** A failure is not fatal: the network works without the subnet manager. */
    private void reportReady()
    {
        try
        {
            manager.ready();
        }
        catch (final RegistryException ex)
        {
            events.accept(ex.getMessage());
        }
    }

    /** An unsupported backend is an error of the network's configuration, not of an option of this node. */
    private LeaseAttributes prepare(final @Nullable LeaseAttributes published) throws IOException
    {
        try
        {
            return nodeNetwork.prepare(published);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IOException("network configuration: " + ex.getMessage(), ex);
        }
    }

    private void follow(final Lease own, final HostSide hostSide)
    {
        final ThreadAlarms alarms = new ThreadAlarms("flannel-lease");
        opened.push(alarms);
        peers = new Peers(events, () -> askFor(ROUTES), () -> askFor(PEERS), this::isOwn,
            lease -> nodeNetwork.backend().reaches(lease));
        final LeaseKeeper kept = new LeaseKeeper(
            manager, own, Duration.ofMinutes(options.renewMarginMinutes), alarms, this.new Kept(), events).start();
        keeper = kept;
        opened.push(kept);
        nodeNetwork.follow(this.new Joined());
        watch = manager.watchLeases(own.key(), peers);
        opened.push(() -> watch.close());
        // Close the checks first, so that none changes the host while the rest is closed.
        final HostChecks running = new HostChecks(
            (name, corrected) -> events.accept(corrected),
            (name, failure) -> events.accept(name + ": " + message(failure)));
        opened.push(running);
        running.every(NETWORK, NETWORK_PERIOD_S, nodeNetwork::checkNetwork);
        running.every(PEERS, PEERS_PERIOD_S, nodeNetwork::carryOutPeers);
        running.every(ROUTES, ROUTES_PERIOD_S, nodeNetwork::checkRoutes);
        running.every(RULES, options.rulesResyncSeconds, hostSide::ensureRules);
        checks = running;
    }

    private Lease ownLease()
    {
        return Objects.requireNonNull(keeper).lease();
    }

    private boolean isOwn(final Lease lease)
    {
        final Lease own = ownLease();
        return lease.key().equals(own.key()) || lease.attributes().equals(own.attributes());
    }

    /** Follows the node's lease. */
    private final class Kept implements LeaseKeeper.Listener
    {
        @Override
        public void onKept(final Lease lease)
        {
            events.accept("lease " + lease.key() + " renewed");
        }

        @Override
        public void onMoved(final Lease before, final Lease now)
        {
            systemd.status("lease " + now.key() + ", moved from " + before.key());
            askFor(NETWORK);
        }

        @Override
        public void onReconfigured()
        {
            over.countDown();
        }
    }

    /** What the registry has, for the checks. */
    private final class Joined implements NodeNetwork.Membership
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

    /** @return false if the node is over before all peers are known and set up on the host. */
    private boolean awaitPeers() throws InterruptedException
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
            checks.now(ROUTES).get();
        }
        catch (final ExecutionException | CancellationException ex)
        {
            errors.onError(ex);
        }
        return over.getCount() > 0;
    }

    private void askFor(final String check)
    {
        final HostChecks running = checks;
        if (running != null)
        {
            running.now(check);
        }
    }

    private static String message(final Exception failure)
    {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static long ms(final long startNs)
    {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private void closeAll(final Deque<AutoCloseable> all)
    {
        while (!all.isEmpty())
        {
            try
            {
                all.pop().close();
            }
            catch (final Exception ex)
            {
                events.accept(message(ex));
            }
        }
    }
}
