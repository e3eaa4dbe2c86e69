// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbControl;
import io.overlane.control.FdbResult;
import io.overlane.control.RemoteCheck;
import io.overlane.event.TableEvents;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbChange;
import io.overlane.fdb.FdbContext;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.reconcile.EntryKey;
import io.overlane.reconcile.Reconciler;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.TableCounters;
import java.util.Arrays;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * All that decides where a frame goes, and the changes to it that must stay together: an entry and its reference to a
 * remote. Used by the one thread that writes tables.
 */
public final class Forwarding
{
    /** Owner of what the context says at launch and of what single commands put; what they say replaces what stands. */
    public static final String MANUAL = "manual";

    private static final int FORGOTTEN_AT_A_TIME = 16;

    private static final String NO_ROUTES =
        "the engine carries VXLAN segments, which have no routes: routes are those of an IP network";

    private final SegmentTable segments = new SegmentTable();
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final RouteTable routes;
    private final Reconciler reconciler;
    private final SegmentPorts ports;
    private final FdbControl fdbControl;
    private final RemoteCheck check;
    private final boolean hasRoutes;
    private TableEvents events;
    private int nextForgotten;

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
        this(
            new FdbContext().maxEntries(maxFdbEntries),
            new TableCounters(),
            maxNeighbors,
            maxRemotes,
            maxRoutes,
            1,
            RemoteCheck.NONE,
            true,
            SystemNanoClock.INSTANCE);
    }

    /**
     * @param fdbContext   limits and times of the FDB.
     * @param counters     for what becomes of entries.
     * @param maxNeighbors of all segments together.
     * @param maxRemotes   of the engine, ports that have a number included.
     * @param maxRoutes    of the IP network.
     * @param peerUdpPort  UDP port under which learned remotes, and so ports too, are known.
     * @param check        which remotes can be configured.
     * @param hasRoutes    true for an IP network, which has routes; VXLAN has none.
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
        this.check = check;
        this.hasRoutes = hasRoutes;
        remotes = new RemoteTable(maxRemotes);
        fdb = new Fdb(fdbContext, this::release, counters);
        neighbors = new NeighborTable(maxNeighbors);
        routes = new RouteTable(maxRoutes);
        reconciler = new Reconciler(new ConfiguredEntries(this));
        ports = new SegmentPorts(this, peerUdpPort);
        fdbControl = new FdbControl(fdb, remotes, segments, check, clock, reconciler, MANUAL);
        fdb.listener(this::onFdbChange);
        remotes.makesRoom(this::forgetLearnedRemotes);
    }

    /** Several at once, so that their numbers are not given out again before every reader has looked up anew. */
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
     * Before threads start.
     *
     * @param events where changes of the FDB are told.
     */
    public void tell(final TableEvents events)
    {
        this.events = events;
    }

    private void onFdbChange(
        final FdbChange change, final int vni, final long mac, final long word, final long before)
    {
        if (change == FdbChange.AGED && FdbEntry.kind(word) == FdbEntry.DYNAMIC)
        {
            reconciler.forget(EntryKey.fdb(vni, new MacAddress(mac)));
        }
        final Segment segment = segments.lookup(vni);
        if (segment != null)
        {
            // New first, so that an address both name is known all the time.
            if (change == FdbChange.ADDED || change == FdbChange.MOVED)
            {
                know(segment.knownSources(), word);
                forget(segment.knownSources(), before);
            }
            else
            {
                forget(segment.knownSources(), word);
            }
        }
        if (events != null)
        {
            final int number = FdbEntry.number(word);
            final boolean isRemote = FdbEntry.target(word) == FdbEntry.REMOTE;
            events.offerFdbChange(
                change,
                vni,
                mac,
                word,
                isRemote ? remotes.high(number) : 0,
                isRemote ? remotes.low(number) : 0,
                isRemote ? remotes.udpPort(number) : 0);
        }
    }

    private void know(final KnownSources sources, final long word)
    {
        if (FdbEntry.isConfigured(word))
        {
            if (FdbEntry.target(word) == FdbEntry.REMOTE)
            {
                sources.add(remotes.high(FdbEntry.number(word)), remotes.low(FdbEntry.number(word)));
            }
            else
            {
                for (final int remote : remotes.lists().get(FdbEntry.number(word)))
                {
                    sources.add(remotes.high(remote), remotes.low(remote));
                }
            }
        }
    }

    private void forget(final KnownSources sources, final long word)
    {
        if (FdbEntry.isConfigured(word))
        {
            if (FdbEntry.target(word) == FdbEntry.REMOTE)
            {
                sources.remove(remotes.high(FdbEntry.number(word)), remotes.low(FdbEntry.number(word)));
            }
            else
            {
                for (final int remote : remotes.lists().get(FdbEntry.number(word)))
                {
                    sources.remove(remotes.high(remote), remotes.low(remote));
                }
            }
        }
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
        RemoteCheck.require(check.address(remote.address()), "FDB entry " + mac + " of " + remote);
        return put(vni, mac, remote);
    }

    /** For any remote, and for a port. */
    boolean put(final int vni, final MacAddress mac, final Vtep remote)
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
        requireSegment(vni);
        reconciler.forget(EntryKey.fdb(vni, mac));
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
        RemoteCheck.require(check.flood(remote), "flood to " + remote);
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
     * @param remote perhaps in its flood list.
     * @return true if it is.
     */
    public boolean isFlooded(final int vni, final Vtep remote)
    {
        final int[] flooded = requireSegment(vni).floodList().remotes();
        return Arrays.stream(flooded).mapToObj(remotes::vtep).anyMatch(remote::equals);
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
        requireRoutes();
        RemoteCheck.require(check.address(remote.address()), "route " + destination + " to " + remote);
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
        requireRoutes();
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

    /** Why an entry cannot be, whatever there is room for; null if it can. */
    String refusal(final EntryKey key, final Object value)
    {
        if (key.kind() == EntryKey.Kind.ROUTE)
        {
            return hasRoutes ? words(check.address(((Vtep)value).address())) : NO_ROUTES;
        }
        if (segments.lookup(key.vni()) == null)
        {
            return "no segment has VNI " + key.vni();
        }
        return switch (key.kind())
        {
            case NEIGHBOR -> null;
            case FLOOD -> words(check.flood((Vtep)value));
            default -> words(check.address(((Vtep)value).address()));
        };
    }

    private static String words(final FdbResult result)
    {
        return result == FdbResult.DONE ? null : result.words();
    }

    private void requireRoutes()
    {
        if (!hasRoutes)
        {
            throw new IllegalArgumentException(NO_ROUTES);
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
