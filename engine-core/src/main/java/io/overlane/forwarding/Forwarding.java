// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.MacAddress;
import io.overlane.control.Entry;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbContext;
import io.overlane.event.delivery.EventQueue;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.fdb.FdbListener;
import io.overlane.gateway.GatewayTables;
import io.overlane.gateway.Link;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.TableCounters;
import java.util.Objects;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The tables that decide where a frame goes, and the changes to them that must stay together, such as those to an entry
 * and to its reference to a remote. Only the thread that writes the tables may make changes.
 */
public final class Forwarding
{
    /** Several at once, so that every reader has looked up anew before a number is given out again. */
    private static final int FORGOTTEN_AT_A_TIME = 16;

    private final SegmentTable segments = new SegmentTable();
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final RouteTable routes;
    private final GatewayTables gateways;
    private final Reconciler reconciler;
    private final SegmentPorts ports;
    private final Operations operations;
    private final ConfiguredEntries entries;
    private EntryEvents events;
    private FdbListener mirror = FdbListener.NONE;
    private int nextForgotten;

    /**
     * @param fdbContext   limits and times of the FDB.
     * @param counters     count changes of entries.
     * @param maxNeighbors neighbours of all segments together.
     * @param maxRemotes   remotes, and ports that have a number as remotes do.
     * @param maxRoutes    routes of the IP network.
     * @param peerUdpPort  UDP port of learned remotes, and so of ports that have a number.
     * @param check        refuses remotes to which the underlay cannot send.
     * @param hasRoutes    true for an IP network, which has routes; false for VXLAN, which has none.
     * @param clock        of the engine.
     */
    public Forwarding(
        final FdbContext fdbContext,
        final TableCounters counters,
        final int maxNeighbors,
        final int maxRemotes,
        final int maxRoutes,
        final int peerUdpPort,
        final RemoteCheck check,
        final boolean hasRoutes,
        final NanoClock clock)
    {
        remotes = new RemoteTable(maxRemotes);
        fdb = new Fdb(fdbContext, this::release, counters);
        neighbors = new NeighborTable(maxNeighbors);
        routes = new RouteTable(maxRoutes);
        gateways = new GatewayTables(maxRoutes, check.local());
        entries = new ConfiguredEntries(this, check, hasRoutes);
        reconciler = new Reconciler(entries);
        ports = new SegmentPorts(this, peerUdpPort);
        operations = new Operations(this, entries, check, clock);
        events = new EntryEvents(null, remotes);
        fdb.listener(new FdbListener()
        {
            @Override
            public void onFdbChange(
                final FdbChange change, final int vni, final long mac, final long word, final long other)
            {
                if (change != FdbChange.PINNED)
                {
                    Forwarding.this.onFdbChange(change, vni, mac, word, other);
                }
                events.onFdbChange(change, vni, mac, word, other);
                mirror.onFdbChange(change, vni, mac, word, other);
            }

            @Override
            public long idleMs(final int vni, final long mac)
            {
                return mirror.idleMs(vni, mac);
            }

            @Override
            public void onLearnLimited(final int vni, final long high, final long low, final int udpPort)
            {
                events.onLearnLimited(vni, high, low, udpPort);
            }
        });
        remotes.makesRoom(this::forgetLearnedRemotes);
    }

    private boolean forgetLearnedRemotes()
    {
        int forgotten = 0;
        for (int i = 0; i < remotes.maxRemotes() && forgotten < FORGOTTEN_AT_A_TIME; i++)
        {
            nextForgotten = nextForgotten + 1 < remotes.maxRemotes() ? nextForgotten + 1 : 0;
            final int references = remotes.references(nextForgotten);
            if (references > 0 && references == fdb.learnedFrom(nextForgotten))
            {
                fdb.evictFrom(nextForgotten);
                forgotten++;
            }
        }
        return forgotten > 0;
    }

    /**
     * Call this before threads start.
     *
     * @param queue gets the changes of the FDB.
     */
    public void events(final EventQueue queue)
    {
        events = new EntryEvents(queue, remotes);
    }

    /**
     * Call this before threads start.
     *
     * @param listener gets the changes of the FDB behind all others, and answers for frames beside the engine.
     */
    public void mirror(final FdbListener listener)
    {
        mirror = listener;
    }

    /**
     * Any thread.
     *
     * @param id second word of the port's address in the table of remotes.
     * @return name of the port; null if the segment has no such port now.
     */
    public @Nullable String portName(final int vni, final long id)
    {
        final Segment segment = segments.lookup(vni);
        if (segment != null)
        {
            for (final LocalPort port : segment.ports().all())
            {
                if (id == LocalPorts.ONLY_PORT ||
                    port.number() != LocalPort.UNNUMBERED && remotes.low(port.number()) == id)
                {
                    return port.port().name();
                }
            }
        }
        return null;
    }

    private void onFdbChange(
        final FdbChange change, final int vni, final long mac, final long word, final long before)
    {
        if (change == FdbChange.AGED && FdbEntry.kind(word) == FdbEntry.DYNAMIC)
        {
            reconciler.forget(new Entry.Key(Entry.Kind.FDB, vni, new MacAddress(mac)));
        }
        final Segment segment = segments.lookup(vni);
        if (segment != null)
        {
            final boolean isThere =
                change == FdbChange.LEARNED || change == FdbChange.CONFIGURED || change == FdbChange.MOVED;
            if (isThere && FdbEntry.isConfigured(word))
            {
                // The new sources come first, so that an address of both entries is known all the time.
                for (final int remote : remotesOf(word))
                {
                    addSource(segment.knownSources(), remote);
                }
            }
            final long gone = isThere ? before : word;
            if (FdbEntry.isConfigured(gone))
            {
                for (final int remote : remotesOf(gone))
                {
                    removeSource(segment.knownSources(), remote);
                }
            }
        }
    }

    /** Refuse gateways and routing contexts, because the engine has several queues. Before threads start. */
    public void refuseGateways()
    {
        entries.routing().refuse();
    }

    /** A segment that is in the table of segments. */
    Segment segment(final int vni)
    {
        return Objects.requireNonNull(segments.lookup(vni), "segment");
    }

    /** The numbers of the remotes that an FDB entry leads to. Allocates. */
    int[] remotesOf(final long word)
    {
        final int number = FdbEntry.number(word);
        return FdbEntry.target(word) == FdbEntry.LIST ? remotes.lists().get(number) : new int[]{number};
    }

    /** Datagrams from the remote are accepted where only known sources are. */
    void addSource(final KnownSources sources, final int remote)
    {
        sources.add(remotes.high(remote), remotes.low(remote));
    }

    /** Undoes one {@link #addSource}. */
    void removeSource(final KnownSources sources, final int remote)
    {
        sources.remove(remotes.high(remote), remotes.low(remote));
    }

    /** @return segments by VNI. */
    public SegmentTable segments()
    {
        return segments;
    }

    /** @return (VNI, MAC) to remote. */
    public Fdb fdb()
    {
        return fdb;
    }

    /** @return single changes. */
    public Operations operations()
    {
        return operations;
    }

    /** @return (VNI, IP) to MAC. */
    public NeighborTable neighbors()
    {
        return neighbors;
    }

    /** @return numbers and addresses of remotes, and of ports that have a number as remotes do. */
    public RemoteTable remotes()
    {
        return remotes;
    }

    /** @return inner destination to remote, for the IP network. */
    public RouteTable routes()
    {
        return routes;
    }

    /**
     * The MAC that was configured for an IP address: that of the gateway, or of a neighbour. Any thread.
     *
     * @param high first word of the address.
     * @return in the low 48 bits; {@link NeighborTable#MISSING} if none was configured.
     */
    public long ownerOf(final int vni, final long high, final long low)
    {
        final Link link = gateways.link(vni);
        return link != null && link.owns(high, low) ? link.mac() : neighbors.configured(vni, high, low);
    }

    /** @return routing contexts and gateways. */
    public GatewayTables gateways()
    {
        return gateways;
    }

    /** @return changes to the ports of segments. */
    public SegmentPorts ports()
    {
        return ports;
    }

    /** @return the owners of entries, and their states. */
    public Reconciler reconciler()
    {
        return reconciler;
    }

    /**
     * Take a segment out of the table of segments. It receives nothing more and its entries have no owners any more;
     * frames from its ports still find its entries.
     */
    public void withdraw(final Segment segment)
    {
        segments.remove(segment.vni());
        gateways.removeGateway(segment.vni());
        reconciler.forget(segment.vni());
    }

    /** Remove all entries of a segment that was withdrawn, when its ports are no longer polled. */
    public void forget(final Segment segment)
    {
        final int vni = segment.vni();
        fdb.forEach((entryVni, mac, word, stamp) ->
        {
            if (entryVni == vni)
            {
                fdb.remove(vni, mac);
            }
        });
        fdb.forget(vni);
        neighbors.forEach((entryVni, high, low, mac) ->
        {
            if (entryVni == vni)
            {
                neighbors.remove(vni, high, low);
            }
        });
        for (final int remote : segment.floodList().remotes())
        {
            segment.floodList().remove(remote);
            remotes.release(remote);
        }
        ports.forget(segment);
    }

    /** An FDB entry no longer leads to a destination. Allocates nothing. */
    void release(final int destination)
    {
        final int number = FdbEntry.number(destination);
        if (FdbEntry.target(destination) == FdbEntry.REMOTE)
        {
            remotes.release(number);
            return;
        }
        for (final int remote : remotes.lists().get(number))
        {
            remotes.release(remote);
        }
        remotes.lists().free(number);
    }
}
