// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.MacAddress;
import io.overlane.control.EntryKey;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbContext;
import io.overlane.event.TableEvents;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.TableCounters;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * All that decides where a frame goes, and the changes to it that must stay together: an entry and its reference to a
 * remote. Used by the one thread that writes tables.
 */
public final class Forwarding
{
    private static final int FORGOTTEN_AT_A_TIME = 16;

    private final SegmentTable segments = new SegmentTable();
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final RouteTable routes;
    private final Reconciler reconciler;
    private final SegmentPorts ports;
    private final Operations operations;
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
        remotes = new RemoteTable(maxRemotes);
        fdb = new Fdb(fdbContext, this::release, counters);
        neighbors = new NeighborTable(maxNeighbors);
        routes = new RouteTable(maxRoutes);
        final Routes configured = new Routes(routes, remotes, check, hasRoutes);
        reconciler =
            new Reconciler(new ConfiguredEntries(segments, fdb, neighbors, remotes, configured, check));
        ports = new SegmentPorts(segments, fdb, remotes, reconciler, peerUdpPort);
        operations = new Operations(
            fdb, neighbors, remotes, segments, ports, configured, check, clock, reconciler);
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
            reconciler.forget(new EntryKey(EntryKey.Kind.FDB, vni, new MacAddress(mac)));
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
}
