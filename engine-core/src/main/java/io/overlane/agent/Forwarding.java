package io.overlane.agent;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbControl;
import io.overlane.event.TableEvents;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbContext;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.TableCounters;
import java.util.function.Predicate;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * All that decides where a frame goes, and the changes to it that must stay together: an entry and its reference to a
 * remote. Used by the one thread that writes tables.
 */
public final class Forwarding
{
    private final SegmentTable segments = new SegmentTable();
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final RouteTable routes;
    private final FdbControl fdbControl;

    /**
     * @param maxFdbEntries of all segments together.
     * @param maxNeighbors  of all segments together.
     * @param maxRemotes    of the engine.
     * @param maxRoutes     of the IP network.
     */
    public Forwarding(final int maxFdbEntries, final int maxNeighbors, final int maxRemotes, final int maxRoutes)
    {
        this(
            new FdbContext().maxEntries(maxFdbEntries),
            new TableCounters(),
            maxNeighbors,
            maxRemotes,
            maxRoutes,
            address -> true,
            SystemNanoClock.INSTANCE);
    }

    /**
     * @param fdbContext   limits and times of the FDB.
     * @param counters     for what becomes of entries.
     * @param maxNeighbors of all segments together.
     * @param maxRemotes   of the engine.
     * @param maxRoutes    of the IP network.
     * @param canReach     whether the underlay has addresses of an address's family.
     * @param clock        of the engine.
     */
    public Forwarding(
        final FdbContext fdbContext,
        final TableCounters counters,
        final int maxNeighbors,
        final int maxRemotes,
        final int maxRoutes,
        final Predicate<IpAddress> canReach,
        final NanoClock clock)
    {
        remotes = new RemoteTable(maxRemotes);
        fdb = new Fdb(fdbContext, this::release, counters);
        neighbors = new NeighborTable(maxNeighbors);
        routes = new RouteTable(maxRoutes);
        fdbControl = new FdbControl(fdb, remotes, segments, canReach, clock);
    }

    /**
     * Before threads start.
     *
     * @param events where changes of the FDB are told.
     */
    public void tell(final TableEvents events)
    {
        fdb.listener((change, vni, mac, word, before) ->
        {
            final int number = FdbEntry.number(word);
            if (FdbEntry.target(word) == FdbEntry.REMOTE)
            {
                // What a number stands for stays readable after its last release.
                events.offerFdbChange(
                    change, vni, mac, word, remotes.high(number), remotes.low(number), remotes.udpPort(number));
            }
            else
            {
                events.offerFdbChange(change, vni, mac, word, 0, 0, 0);
            }
        });
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

    /** @return operations on the FDB and the flood lists. */
    public FdbControl fdbControl()
    {
        return fdbControl;
    }

    /** @return (VNI, IP) to MAC. */
    public NeighborTable neighbors()
    {
        return neighbors;
    }

    /** @return numbers and addresses of remotes. */
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
     * @param vni    of a segment.
     * @param mac    of a station.
     * @param remote where it lives.
     * @return false if there is no room.
     */
    public boolean putFdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        requireSegment(vni);
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        final int number = intern(remote);
        if (number < 0)
        {
            return false;
        }
        if (!fdb.putStatic(vni, mac.value(), number))
        {
            remotes.release(number);
            return false;
        }
        return true;
    }

    /**
     * @param vni of a segment.
     * @param mac of a station.
     * @return false if it had no entry.
     */
    public boolean removeFdb(final int vni, final MacAddress mac)
    {
        requireSegment(vni);
        return fdb.remove(vni, mac.value()) != FdbEntry.MISSING;
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
        if (!segment.floodList().add(number))
        {
            remotes.release(number);
            return false;
        }
        return true;
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
                remotes.release(number);
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
        return neighbors.put(vni, address.high(), address.low(), mac.value());
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @return false if it was not known.
     */
    public boolean removeNeighbor(final int vni, final IpAddress address)
    {
        requireSegment(vni);
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
        final int before = routes.remove(destination);
        if (before == RouteTable.MISSING)
        {
            return false;
        }
        remotes.release(before);
        return true;
    }

    /** An FDB entry let go of where it pointed to. */
    private void release(final int destination)
    {
        final int number = FdbEntry.number(destination);
        if (FdbEntry.target(destination) == FdbEntry.REMOTE)
        {
            remotes.release(number);
        }
        else if (FdbEntry.target(destination) == FdbEntry.LIST)
        {
            for (final int remote : remotes.lists().get(number))
            {
                remotes.release(remote);
            }
            remotes.lists().free(number);
        }
    }

    private int intern(final Vtep remote)
    {
        return remotes.intern(remote.address().high(), remote.address().low(), remote.udpPort());
    }

    private Segment requireSegment(final int vni)
    {
        final Segment segment = segments.lookup(vni);
        if (segment == null)
        {
            throw new IllegalArgumentException("no segment has VNI " + vni);
        }
        return segment;
    }
}
