// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.Printable;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.status.HealthServer;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.memory.FastAccess;
import io.overlane.tun.handover.HandOver;
import io.overlane.tun.service.SystemdNotifier;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * One node of a network, from its first request to the registry to its end. When the network gets another
 * configuration, the node begins anew.
 *
 * <p>At the end devices are removed, and with them the routes through them. What flannel leaves stays: the lease, which
 * a restart finds again, {@code subnet.env}, the CNI file, the firewall's rules unless {@code --remove-rules} is given,
 * and plain routes to peers.
 */
public final class FlannelNode
{
    private final FlannelOptions options;
    private final NodeOptions nodeOptions;
    private final Supplier<SubnetManager> managers;
    private final Consumer<String> events;
    private final SystemdNotifier systemd;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final HandOver handOver;
    private NodePorts ports = NodePorts.NONE;

    /** What lasts as long as {@link #run}. */
    private final Deque<AutoCloseable> lasting = new ArrayDeque<>();

    private volatile @Nullable NodeMembership membership;
    private volatile boolean isReady;

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
        this.handOver = new HandOver("node", nodeOptions.takeOver, this::stop, this.events);
        this.systemd = new SystemdNotifier(environment, this::report);
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
            final SubnetManager manager = managers.get();
            lasting.push(manager);
            while (stop.getCount() > 0)
            {
                runOnce(manager);
            }
        }
        finally
        {
            CloseHelper.closeAll(this::report, lasting);
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
                options.healthAddress(), options.healthPort, () -> isReady, this::report));
        }
        ports.open();
    }

    /** Be a node until it is stopped, or until the network has another configuration. */
    private void runOnce(final SubnetManager manager) throws IOException, InterruptedException
    {
        final long startNs = System.nanoTime();
        final NodeMembership current =
            new NodeMembership(options, nodeOptions, manager, handOver, systemd, events);
        membership = current;
        if (stop.getCount() == 0)
        {
            // The node was stopped before stop() could see this membership.
            current.end();
        }
        try
        {
            if (current.join())
            {
                if (handOver.begin())
                {
                    openPorts();
                }
                final String ready = "ready: " + current.description() + ", in " + ms(startNs) +
                    " ms, memory access " + FastAccess.NAME;
                isReady = true;
                current.reportReady();
                systemd.ready(ready);
                events.accept(ready);
                current.awaitEnd();
            }
            isReady = false;
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
            membership = null;
            current.close();
        }
        if (stop.getCount() > 0)
        {
            current.removeLeftovers();
            events.accept("the network has another configuration; starting anew with it");
        }
    }

    /** End {@link #run}; any thread. */
    public void stop()
    {
        stop.countDown();
        final NodeMembership current = membership;
        if (current != null)
        {
            current.end();
        }
    }

    /** @return true while the node is a member of the network and its tunnel is open. Any thread. */
    public boolean isReady()
    {
        return isReady;
    }

    /** @return what the node waits for before it is ready, for people; empty once it is, and at its end. Any thread. */
    public String waitsFor()
    {
        final NodeMembership current = membership;
        return current == null ? "" : current.waitsFor();
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
        final NodeMembership current = membership;
        return current == null ? null : current.status();
    }

    private static long ms(final long startNs)
    {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private void report(final Throwable error)
    {
        events.accept(NodeMembership.message(error));
    }
}
