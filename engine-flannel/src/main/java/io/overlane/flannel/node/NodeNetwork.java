// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.ebpf.FastPathMode;
import io.overlane.flannel.backend.Backend;
import io.overlane.flannel.backend.BackendHost;
import io.overlane.flannel.backend.Backends;
import io.overlane.flannel.backend.LeftOut;
import io.overlane.flannel.backend.TunnelDescriptors;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.host.link.InterfaceChoice;
import io.overlane.flannel.host.link.InterfaceFinder;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.RouteKeeper;
import io.overlane.flannel.host.route.RouteMtu;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetRange;
import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * What one lease needs on the host: the backend on an interface, files and rules; and the checks that keep it equal to
 * the lease, the interface and the peers. One thread at a time uses it; {@link #backend} may be called by any.
 */
@SuppressWarnings("NullAway.Init") // prepare, open and follow set the fields that are not set here.
final class NodeNetwork implements AutoCloseable
{
    private final NetworkConfig network;
    private final InterfaceChoice choice;
    private final IpCommand ip;
    private final boolean blackhole;
    private final Consumer<String> events;
    private final ErrorHandler errors;
    private final LeftOut leftOut;
    private final FastPathMode fastPath;
    private final TakenDescriptors taken;
    private ExternalInterface external;
    private RouteMtu underlay;
    private int warnedMtu;
    private volatile Backend backend;
    private HostSide hostSide;
    private RegistryView registry;
    private SubnetKey openedFor;

    /** What the registry has. */
    interface RegistryView
    {
        /** @return the node's lease. */
        Lease own();

        /** @return the peers' leases; null before they are known. */
        @Nullable List<Lease> peersOrNull();

        void publish(LeaseAttributes attributes);

        /** The own subnet changed, so the leases of the others must be followed anew. */
        void onMoved();
    }

    /**
     * @param blackhole whether the own subnet gets a blackhole route.
     * @param fastPath  whether the kernel carries packets of the vxlan backend.
     * @param taken     tunnels that another node left to this one.
     * @throws IOException if there is no usable interface; one line.
     */
    NodeNetwork(
        final NetworkConfig network,
        final InterfaceChoice choice,
        final IpCommand ip,
        final boolean blackhole,
        final FastPathMode fastPath,
        final TakenDescriptors taken,
        final Consumer<String> events,
        final ErrorHandler errors) throws IOException
    {
        this.fastPath = fastPath;
        this.taken = taken;
        this.network = network;
        this.choice = choice;
        this.ip = ip;
        this.blackhole = blackhole;
        this.events = events;
        this.errors = errors;
        this.leftOut = new LeftOut(events);
        this.external = findInterface();
        this.underlay = RouteMtu.of(ip, external, List.of());
        events.accept("using " + external.name() + ", MTU " + mtu() + ", " + addresses());
    }

    private ExternalInterface findInterface() throws IOException
    {
        return new InterfaceFinder(ip).find(choice);
    }

    ExternalInterface external()
    {
        return external;
    }

    /** @return the present backend. */
    Backend backend()
    {
        return backend;
    }

    /**
     * @param published attributes in the node's present lease; null if it has none.
     * @return attributes to publish.
     */
    LeaseAttributes prepare(final @Nullable LeaseAttributes published)
    {
        backend = create(external, underlay, published);
        return backend.attributes();
    }

    private Backend create(
        final ExternalInterface at, final RouteMtu mtu, final @Nullable LeaseAttributes published)
    {
        return Backends.create(new BackendHost(
            network, at.withMtu(mtu.mtu()), ip, blackhole, leftOut, fastPath, taken, errors), published);
    }

    /** Close the backend and go on with another one, not open yet; if that one is refused, everything stays. */
    private void replace(final ExternalInterface at, final RouteMtu mtu)
    {
        final Backend next = create(at, mtu, own().attributes());
        backend.close();
        backend = next;
        external = at;
        underlay = mtu;
    }

    /**
     * Open the backend, then set up the host.
     *
     * @throws IOException if something cannot be opened or set; one line.
     */
    void open(final Lease own, final HostSide asHost) throws IOException
    {
        hostSide = asHost;
        backend.open(own);
        beginSessions();
        hostSide.setUp(own, backend.containerMtu());
        openedFor = own.key();
    }

    /**
     * Start the {@code ip} processes now, so that the first change of a peer does not wait for one; processes started
     * before the devices were made do not see them.
     */
    private void beginSessions() throws IOException
    {
        if (network.v4() != null)
        {
            ip.beginSession(true);
        }
        if (network.v6() != null)
        {
            ip.beginSession(false);
        }
    }

    /** Set what the checks compare with; called before any check runs. */
    void follow(final RegistryView view)
    {
        registry = view;
    }

    private String addresses()
    {
        final List<String> addresses = new ArrayList<>();
        addAddress(addresses, external.address(), external.publicIp());
        addAddress(addresses, external.addressV6(), external.publicIpV6());
        return String.join(", ", addresses);
    }

    private static void addAddress(
        final List<String> lines, final @Nullable IpAddress address, final @Nullable IpAddress published)
    {
        if (address != null)
        {
            lines.add(address + (address.equals(published) ? "" : " published as " + published));
        }
    }

    /** Open everything anew if device, interface or lease changed. */
    String checkNetwork() throws IOException
    {
        String why = "";
        if (hasMoved())
        {
            final ExternalInterface found = findInterface();
            if (!found.equals(external))
            {
                replace(found, RouteMtu.of(ip, found, backend.underlays()));
                if (!backend.attributes().equals(own().attributes()))
                {
                    registry.publish(backend.attributes());
                }
                why = external.name() + " has " + addresses() + ", MTU " + mtu() + " now";
            }
        }
        if (why.isEmpty() && !own().key().equals(openedFor))
        {
            why = "the subnet is " + own().key() + " now";
        }
        else if (why.isEmpty() && !backend.isIntact())
        {
            why = "the device is gone or down";
        }
        if (why.isEmpty())
        {
            return "";
        }
        reopen();
        return why + "; opened anew";
    }

    private void reopen() throws IOException
    {
        final boolean moved = !own().key().equals(openedFor);
        backend.close();
        open(own(), hostSide);
        if (moved)
        {
            registry.onMoved();
        }
        try
        {
            checkRoutes();
        }
        catch (final IOException ex)
        {
            // The open tunnel is reported now. The check of the routes tries again and reports the failure.
            return;
        }
    }

    private Lease own()
    {
        return registry.own();
    }

    private boolean hasMoved()
    {
        try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces())
        {
            final NetworkInterface found = NetworkInterface.getByName(external.name());
            final Set<IpAddress> present = all
                .flatMap(NetworkInterface::inetAddresses).map(IpAddress::of).collect(Collectors.toSet());
            return found == null || found.getMTU() != external.mtu() ||
                hasMoved(true, present) || hasMoved(false, present);
        }
        catch (final IOException ex)
        {
            return true;
        }
    }

    /** The bound address is gone, or the published one, which is better, has come to this host. */
    private boolean hasMoved(final boolean isV4, final Set<IpAddress> present)
    {
        final IpAddress bound = external.address(isV4);
        return bound != null &&
            (!present.contains(bound) || external.isBehindNat(isV4) && present.contains(external.published(isV4)));
    }

    /** Peers have changed: apply only the difference; if that fails, compare everything. */
    String carryOutPeers() throws IOException
    {
        final List<Lease> peers = peersOrNull();
        if (peers == null)
        {
            return "";
        }
        final long startNs = System.nanoTime();
        final HostChanges changes = backend.update(peers);
        if (!changes.failures().isEmpty())
        {
            return changed(backend.reconcile(peers));
        }
        return changes.isEmpty() ? "" : changed(changes) + " in " + ms(startNs) + " ms";
    }

    /** Correct routes and neighbours, then follow the MTU of the routes to the peers. */
    String checkRoutes() throws IOException
    {
        final List<Lease> peers = peersOrNull();
        if (peers == null)
        {
            return "";
        }
        final String corrected = changed(backend.reconcile(peers));
        final String mtu = checkMtu();
        return corrected + (corrected.isEmpty() || mtu.isEmpty() ? "" : "; ") + mtu;
    }

    private String checkMtu() throws IOException
    {
        final RouteMtu found = RouteMtu.of(ip, external, backend.underlays());
        final int configured = backend.configuredMtu();
        if (configured > found.mtu() && found.mtu() != warnedMtu)
        {
            warnedMtu = found.mtu();
            events.accept("the network's configuration has MTU=" + configured + ", but the underlay has " + mtu(found) +
                ": larger packets do not reach the peers");
        }
        if (found.mtu() == underlay.mtu() || configured > 0)
        {
            underlay = found;
            return "";
        }
        replace(external, found);
        reopen();
        return "MTU " + mtu() + " now; opened anew";
    }

    private String mtu()
    {
        return mtu(underlay);
    }

    private static String mtu(final RouteMtu underlay)
    {
        return underlay.mtu() + (underlay.reason().isEmpty() ? "" : ", " + underlay.reason() + ",");
    }

    /** Before the peers are known, routes of an earlier run must stay: they still carry packets. */
    private @Nullable List<Lease> peersOrNull()
    {
        return backend.isIntact() && own().key().equals(openedFor) ? registry.peersOrNull() : null;
    }

    private static String changed(final HostChanges changes) throws IOException
    {
        if (!changes.failures().isEmpty())
        {
            throw new IOException(changes.failures().get(0) +
                (changes.failures().size() > 1 ? "; and " + (changes.failures().size() - 1) + " more" : ""));
        }
        return changes.isEmpty() ? "" :
            "routes and neighbours: " + changes.set().size() + " set, " + changes.removed().size() + " removed";
    }

    private static double ms(final long startNs)
    {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNs) / 1000.0;
    }

    /**
     * Remove what otherwise stays on the host for the next run: plain routes and the firewall's rules. A run with
     * another network would not find them. Called after {@link #close}.
     */
    void removeLeftovers()
    {
        try
        {
            new RouteKeeper(ip, networks()).ensure(List.of());
            if (hostSide != null)
            {
                hostSide.removeRules();
            }
        }
        catch (final IOException ex)
        {
            events.accept("what belonged to the former network stays on this host: " + ex.getMessage());
        }
    }

    private List<IpPrefix> networks()
    {
        return Stream.of(network.v4(), network.v6()).filter(Objects::nonNull).map(SubnetRange::network).toList();
    }

    /**
     * Close this, and leave the tunnels to another process.
     *
     * @return descriptors that keep them open, which the caller closes.
     * @throws IOException if the process has no free descriptor; one line. Then this is closed, too.
     */
    List<TunnelDescriptors> leave() throws IOException
    {
        try
        {
            return backend == null ? List.of() : backend.duplicate();
        }
        finally
        {
            close();
        }
    }

    @Override
    public void close()
    {
        ip.endSessions();
        if (backend != null)
        {
            backend.close();
        }
    }
}
