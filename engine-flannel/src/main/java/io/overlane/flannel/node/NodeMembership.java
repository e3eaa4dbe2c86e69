// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.backend.TunnelDescriptors;
import io.overlane.flannel.host.link.InterfaceChoice;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.tun.handover.HandOver;
import io.overlane.tun.host.IpCommand;
import io.overlane.tun.service.SystemdNotifier;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * The node's membership in the network with one configuration: the steps until it has a lease, an open tunnel and the
 * leases of the others, which a {@link JoinedNode} follows from then on, and the steps back.
 */
@SuppressWarnings("NullAway.Init") // join() sets the fields that are not set here.
final class NodeMembership implements AutoCloseable
{
    private final FlannelOptions options;
    private final NodeOptions nodeOptions;
    private final SubnetManager manager;
    private final HandOver handOver;
    private final SystemdNotifier systemd;
    private final Consumer<String> events;
    private final ErrorHandler errors;

    /** In the order in which it is closed. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Reaches zero when the node must stop or has to begin anew with another configuration of the network. */
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile String waitsFor = "";
    private volatile @Nullable JoinedNode joined;

    private NetworkConfig network;
    private volatile NodeNetwork nodeNetwork;

    NodeMembership(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final SubnetManager manager,
        final HandOver handOver,
        final SystemdNotifier systemd,
        final Consumer<String> events)
    {
        this.options = options;
        this.nodeOptions = nodeOptions;
        this.manager = manager;
        this.handOver = handOver;
        this.systemd = systemd;
        this.events = events;
        this.errors = error ->
        {
            events.accept(message(error));
            final JoinedNode node = joined;
            if (node != null)
            {
                node.checkNetwork();
            }
        };
    }

    /**
     * Join the network.
     *
     * @return true when the tunnel is open and all peers are known; false if the membership is over before that.
     * @throws RegistryException of kind {@code RECONFIGURED} if the network has another configuration already.
     * @throws IOException if the registry refuses or something cannot be opened; one line.
     */
    boolean join() throws IOException, InterruptedException
    {
        final Attempts attempts = new Attempts(over, events);
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
            nodeOptions.fastPath,
            handOver.taken(),
            events,
            errors);
        opened.push(() ->
        {
            if (handOver.isAsked())
            {
                handOver.leave(TunnelDescriptors.byName(nodeNetwork.leave()), List.of());
            }
            else
            {
                nodeNetwork.close();
            }
        });
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
        final JoinedNode node = new JoinedNode(options, manager, nodeNetwork, hostSide, over, events);
        opened.push(node);
        joined = node;
        node.follow(own, systemd);
        if (!node.awaitPeers(errors))
        {
            return false;
        }
        waitsFor = "";
        return true;
    }

    /** @return lease, backend, MTU and number of peers, for people. */
    String description()
    {
        final JoinedNode node = Objects.requireNonNull(joined);
        return node.ownLease().key() + ", backend " + network.backendType() + ", MTU " +
            nodeNetwork.backend().containerMtu() + ", " + node.peers().count();
    }

    void awaitEnd() throws InterruptedException
    {
        over.await();
    }

    /** Ends {@link #join} and {@link #awaitEnd}; any thread. */
    void end()
    {
        over.countDown();
    }

    /** @return what {@link #join} waits for, for people; empty if it waits for nothing. Any thread. */
    String waitsFor()
    {
        return waitsFor;
    }

    /** @return the present status; null while there is no lease. Any thread. */
    @Nullable FlannelStatus status()
    {
        final JoinedNode node = joined;
        return node == null || !node.hasLease() ? null :
            new FlannelStatus(node.ownLease(), node.peers().leases(), nodeNetwork.backend());
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
    void reportReady()
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

    /** Called after {@link #close} if another configuration follows. */
    void removeLeftovers()
    {
        if (nodeNetwork != null)
        {
            nodeNetwork.removeLeftovers();
        }
    }

    /** @return what a failure says, else its class. */
    static String message(final Throwable failure)
    {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(error -> events.accept(message(error)), opened);
    }
}
