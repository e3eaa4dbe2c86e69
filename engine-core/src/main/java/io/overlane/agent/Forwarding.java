package io.overlane.agent;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.reconcile.EntryKey;
import io.overlane.reconcile.Reconciler;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import java.security.SecureRandom;

/**
 * All that decides where a frame goes, and the changes to it that must stay together: an entry and its reference to a
 * remote. Used by the one thread that writes tables.
 */
public final class Forwarding
{
    /** Owner of what the context says at launch and of what single commands put; what they say replaces what stands. */
    public static final String MANUAL = "manual";

    private final SegmentTable segments = new SegmentTable();
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final RouteTable routes;
    private final Reconciler reconciler;
    private final SegmentPorts ports;

    /**
     * For a caller that has one port to a segment.
     *
     * @param maxFdbEntries of all segments together.
     * @param maxNeighbors  of all segments together.
     * @param maxRemotes    of the engine.
     * @param maxRoutes     of the IP network.
     */
    public Forwarding(final int maxFdbEntries, final int maxNeighbors, final int maxRemotes, final int maxRoutes)
    {
        this(maxFdbEntries, maxNeighbors, maxRemotes, maxRoutes, 1);
    }

    /**
     * @param maxFdbEntries of all segments together.
     * @param maxNeighbors  of all segments together.
     * @param maxRemotes    of the engine, ports that have a number included.
     * @param maxRoutes     of the IP network.
     * @param peerUdpPort   UDP port under which learned remotes, and so ports too, are known.
     */
    public Forwarding(
        final int maxFdbEntries,
        final int maxNeighbors,
        final int maxRemotes,
        final int maxRoutes,
        final int peerUdpPort)
    {
        remotes = new RemoteTable(maxRemotes);
        fdb = new Fdb(maxFdbEntries, new SecureRandom().nextLong(), remotes::release);
        neighbors = new NeighborTable(maxNeighbors);
        routes = new RouteTable(maxRoutes);
        reconciler = new Reconciler(new ConfiguredEntries(this));
        ports = new SegmentPorts(this, peerUdpPort);
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

    /** @return (VNI, IP) to MAC. */
    public NeighborTable neighbors()
    {
        return neighbors;
    }

    /** @return numbers and addresses of remotes, and of ports that stations are known behind. */
    public RemoteTable remotes()
    {
        return remotes;
    }

    /** @return inner destination to remote, for the IP network. */
    public RouteTable routes()
    {
        return routes;
    }

    /** @return changes to the ports of segments. */
    public SegmentPorts ports()
    {
        return ports;
    }

    /** @return who wants which entry. */
    public Reconciler reconciler()
    {
        return reconciler;
    }

    /**
     * @param vni    of a segment.
     * @param mac    of a station.
     * @param remote where it lives.
     * @return false if there is no room.
     */
    public boolean putFdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        final KnownSources sources = requireSegment(vni).knownSources();
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        final int number = intern(remote);
        if (number < 0)
        {
            return false;
        }
        final long before = fdb.lookup(vni, mac.value());
        // New first, so that an address both name is known all the time.
        sources.add(remote.address().high(), remote.address().low());
        if (!fdb.putStatic(vni, mac.value(), number))
        {
            sources.remove(remote.address().high(), remote.address().low());
            remotes.release(number);
            return false;
        }
        forget(sources, before);
        reconciler.take(MANUAL, EntryKey.fdb(vni, mac), remote);
        return true;
    }

    /**
     * @param vni of a segment.
     * @param mac of a station.
     * @return false if it had no entry.
     */
    public boolean removeFdb(final int vni, final MacAddress mac)
    {
        final Segment segment = requireSegment(vni);
        reconciler.forget(EntryKey.fdb(vni, mac));
        final long before = fdb.remove(vni, mac.value());
        forget(segment.knownSources(), before);
        return before != FdbEntry.MISSING;
    }

    /**
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return false if it was in the list already, or there is no room.
     */
    public boolean addFlood(final int vni, final Vtep remote)
    {
        final Segment segment = requireSegment(vni);
        final int number = intern(remote);
        if (number < 0)
        {
            return false;
        }
        final boolean isNew = segment.floodList().add(number);
        if (!isNew)
        {
            remotes.release(number);
        }
        else
        {
            segment.knownSources().add(remote.address().high(), remote.address().low());
        }
        reconciler.take(MANUAL, EntryKey.flood(vni, remote), remote);
        return isNew;
    }

    /**
     * @param vni    of a segment.
     * @param remote gets no more copies.
     * @return false if it was not in the list.
     */
    public boolean removeFlood(final int vni, final Vtep remote)
    {
        final Segment segment = requireSegment(vni);
        for (final int number : segment.floodList().remotes())
        {
            if (remotes.vtep(number).equals(remote))
            {
                segment.floodList().remove(number);
                segment.knownSources().remove(remotes.high(number), remotes.low(number));
                remotes.release(number);
                reconciler.forget(EntryKey.flood(vni, remote));
                return true;
            }
        }
        return false;
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @param mac     its MAC.
     * @return false if there is no room.
     */
    public boolean putNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        requireSegment(vni);
        if (!neighbors.put(vni, address.high(), address.low(), mac.value()))
        {
            return false;
        }
        reconciler.take(MANUAL, EntryKey.neighbor(vni, address), mac);
        return true;
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @return false if it was not known.
     */
    public boolean removeNeighbor(final int vni, final IpAddress address)
    {
        requireSegment(vni);
        reconciler.forget(EntryKey.neighbor(vni, address));
        return neighbors.remove(vni, address.high(), address.low()) != NeighborTable.MISSING;
    }

    /**
     * @param destination inner destinations of the IP network.
     * @param remote      where they live.
     * @return false if there is no room.
     */
    public boolean putRoute(final IpPrefix destination, final Vtep remote)
    {
        if (!destination.address().isV4())
        {
            throw new IllegalArgumentException("ip-udp carries IPv4 only, not " + destination);
        }
        if (!route(destination, remote))
        {
            return false;
        }
        reconciler.take(MANUAL, EntryKey.route(destination), remote);
        return true;
    }

    boolean route(final IpPrefix destination, final Vtep remote)
    {
        final int number = intern(remote);
        if (number < 0)
        {
            return false;
        }
        final int before = routes.get(destination);
        if (!routes.put(destination, number))
        {
            remotes.release(number);
            return false;
        }
        if (before != RouteTable.MISSING)
        {
            remotes.release(before);
        }
        return true;
    }

    /**
     * @param destination inner destinations of the IP network.
     * @return false if it had no route.
     */
    public boolean removeRoute(final IpPrefix destination)
    {
        reconciler.forget(EntryKey.route(destination));
        return unroute(destination);
    }

    boolean unroute(final IpPrefix destination)
    {
        final int before = routes.remove(destination);
        if (before == RouteTable.MISSING)
        {
            return false;
        }
        remotes.release(before);
        return true;
    }

    /**
     * Take a segment out of the table of segments: nothing more comes for it, and nobody's entries are in it any more.
     * What its ports still send goes on its way.
     *
     * @param segment that goes.
     */
    public void withdraw(final Segment segment)
    {
        segments.remove(segment.vni());
        reconciler.forget(segment.vni());
    }

    /**
     * Forget everything about a segment that was withdrawn; nobody polls its ports any more.
     *
     * @param segment that goes.
     */
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

    /** The address behind a number stays readable until the number is given out again, which only we do. */
    void forget(final KnownSources sources, final long entry)
    {
        if (FdbEntry.isConfigured(entry))
        {
            sources.remove(remotes.high(FdbEntry.remote(entry)), remotes.low(FdbEntry.remote(entry)));
        }
    }

    int intern(final Vtep remote)
    {
        return remotes.intern(remote.address().high(), remote.address().low(), remote.udpPort());
    }

    Segment requireSegment(final int vni)
    {
        final Segment segment = segments.lookup(vni);
        if (segment == null)
        {
            throw new IllegalArgumentException("no segment has VNI " + vni);
        }
        return segment;
    }
}
