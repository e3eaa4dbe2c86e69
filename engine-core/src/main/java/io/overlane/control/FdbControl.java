// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.reconcile.Reconciler;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.FloodList;
import io.overlane.segment.SegmentTable;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.NanoClock;

/**
 * Changes to the FDB and the flood lists as operators know them (Linux {@code vxlan_fdb_update} and
 * {@code __vxlan_fdb_delete}). Only on the thread that writes the tables.
 *
 * <p>The engine differs from Linux in three ways. Adding and appending replace a learned entry, which Linux counts as
 * an entry that exists. Appending to a station's entry changes nothing, where Linux keeps the remote and takes over
 * state and flags. A control plane's request never touches a user's entry, of which Linux keeps only state and flags.
 *
 * <p>What an operation puts is its asker's, and the {@link Reconciler} knows: a state that is applied later finds a
 * conflict there. What an operation takes out of a state comes back when that state is applied the next time.
 */
public final class FdbControl
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final SegmentTable segments;
    private final RemoteCheck check;
    private final NanoClock clock;
    private final Ownership ownership;
    private final GroupMembers members;
    private final FdbSweep sweep;

    /**
     * @param fdb        to change.
     * @param remotes    numbers of remotes.
     * @param segments   by VNI.
     * @param check      which remotes can be.
     * @param clock      of the engine, from which dynamic entries age.
     * @param reconciler is told who owns what.
     * @param user       what the reconciler calls the owner of entries without one.
     */
    public FdbControl(
        final Fdb fdb,
        final RemoteTable remotes,
        final SegmentTable segments,
        final RemoteCheck check,
        final NanoClock clock,
        final Reconciler reconciler,
        final String user)
    {
        this.fdb = fdb;
        this.remotes = remotes;
        this.segments = segments;
        this.check = check;
        this.clock = clock;
        ownership = new Ownership(reconciler, remotes, user);
        members = new GroupMembers(fdb, remotes, segments, ownership);
        sweep = new FdbSweep(fdb, remotes, segments, members);
    }

    /**
     * Make an entry that is not there. What was learned counts as not there.
     *
     * @param request with a remote.
     * @return {@link FdbResult#EXISTS} if the MAC has an entry, of whatever remote.
     */
    public FdbResult add(final FdbRequest request)
    {
        final FdbResult verdict = check(request);
        if (verdict != FdbResult.DONE)
        {
            return verdict;
        }
        final boolean exists = request.isEverythingElse() ?
            floodList(request.vni()).remotes().length > 0 :
            isConfigured(entry(request));
        return exists ? FdbResult.EXISTS : put(request);
    }

    /**
     * Give a group one more remote, and make the entry if it is not there. A station's configured entry stays as it is.
     *
     * @param request with a remote.
     * @return {@link FdbResult#DONE} also if the group has the remote already.
     */
    public FdbResult append(final FdbRequest request)
    {
        final FdbResult verdict = check(request);
        if (verdict != FdbResult.DONE)
        {
            return verdict;
        }
        return !request.isGroup() && isConfigured(entry(request)) ? FdbResult.DONE : put(request);
    }

    /**
     * Say where a station is, whatever was known of it.
     *
     * @param request with a remote.
     * @return {@link FdbResult#NOT_SUPPORTED} for groups.
     */
    public FdbResult replace(final FdbRequest request)
    {
        final FdbResult verdict = check(request);
        if (verdict != FdbResult.DONE)
        {
            return verdict;
        }
        return request.isGroup() ? FdbResult.NOT_SUPPORTED : put(request);
    }

    /**
     * Take out one remote of an entry, or the whole entry.
     *
     * @param request with the remote, or without for the whole entry; its kind counts for nothing.
     * @return {@link FdbResult#NOT_FOUND} if it is not there.
     */
    public FdbResult delete(final FdbRequest request)
    {
        if (segments.lookup(request.vni()) == null)
        {
            return FdbResult.NO_SEGMENT;
        }
        if (request.isEverythingElse())
        {
            return deleteFlood(request);
        }
        final long entry = entry(request);
        if (entry == FdbEntry.MISSING)
        {
            return FdbResult.NOT_FOUND;
        }
        if (request.remote() == null)
        {
            members.remove(request.vni(), request.mac().value());
            return FdbResult.DONE;
        }
        if (FdbEntry.target(entry) == FdbEntry.LIST)
        {
            final int place = members.place(remotes.lists().get(FdbEntry.number(entry)), request);
            if (place >= 0)
            {
                members.remove(request.vni(), request.mac().value(), entry, place);
                return FdbResult.DONE;
            }
        }
        else if (FdbEntry.target(entry) == FdbEntry.REMOTE && members.is(FdbEntry.number(entry), request))
        {
            members.remove(request.vni(), request.mac().value());
            return FdbResult.DONE;
        }
        return FdbResult.NOT_FOUND;
    }

    /**
     * Take out entries. Those that have several remotes lose the filter's only, if it names one. The flood lists stay,
     * unless the filter names {@link FdbRequest#EVERYTHING_ELSE}. Looks at every slot of the table, unless the filter
     * names both VNI and MAC.
     *
     * @param filter which.
     * @return entries and remotes taken out.
     */
    public int flush(final FdbFilter filter)
    {
        return sweep.flush(filter);
    }

    /**
     * Show entries, and the flood lists as those of {@link FdbRequest#EVERYTHING_ELSE}. Looks at every slot of the
     * table, unless the filter names both VNI and MAC, and allocates.
     *
     * @param filter   which.
     * @param consumer of a row for each entry and remote.
     */
    public void list(final FdbFilter filter, final Consumer<FdbRow> consumer)
    {
        sweep.list(filter, consumer);
    }

    private FdbResult check(final FdbRequest request)
    {
        if (segments.lookup(request.vni()) == null)
        {
            return FdbResult.NO_SEGMENT;
        }
        if (request.remote() == null)
        {
            return FdbResult.NO_REMOTE;
        }
        return request.isGroup() ?
            check.flood(request.remote(), request.vni(), request.remoteVni()) :
            check.address(request.remote().address());
    }

    private FdbResult put(final FdbRequest request)
    {
        final long before = entry(request);
        if (!request.isEverythingElse() && isAnothers(before, request))
        {
            return FdbResult.REFUSED;
        }
        final Vtep remote = request.remote();
        final int number = remotes.intern(
            remote.address().high(), remote.address().low(), remote.udpPort(), request.remoteVni());
        if (number < 0)
        {
            return FdbResult.NO_ROOM;
        }
        if (request.isEverythingElse())
        {
            if (floodList(request.vni()).add(number))
            {
                members.know(request.vni(), number);
            }
            else
            {
                remotes.release(number);
            }
            ownership.onPut(request);
            return FdbResult.DONE;
        }
        return MacAddress.isGroup(request.mac().value()) ?
            putGroup(request, before, number) :
            put(request, FdbEntry.destination(FdbEntry.REMOTE, number));
    }

    private FdbResult putGroup(final FdbRequest request, final long before, final int remote)
    {
        if (before == FdbEntry.MISSING)
        {
            return put(request, FdbEntry.destination(FdbEntry.LIST, remotes.lists().add(remote)));
        }
        final int[] list = remotes.lists().get(FdbEntry.number(before));
        for (final int present : list)
        {
            if (present == remote)
            {
                remotes.release(remote);
                return FdbResult.DONE;
            }
        }
        final int[] longer = Arrays.copyOf(list, list.length + 1);
        longer[list.length] = remote;
        remotes.lists().set(FdbEntry.number(before), longer);
        if (FdbEntry.isConfigured(before))
        {
            members.know(request.vni(), remote);
        }
        return FdbResult.DONE;
    }

    private FdbResult put(final FdbRequest request, final int destination)
    {
        final long word = FdbEntry.word(request.kind(), destination, request.isRouter());
        final long nowMs =
            request.kind() == FdbEntry.DYNAMIC ? TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) : 0;
        if (fdb.put(request.vni(), request.mac().value(), word, request.owner(), nowMs))
        {
            ownership.onPut(request);
            return FdbResult.DONE;
        }
        if (FdbEntry.target(destination) == FdbEntry.LIST)
        {
            remotes.release(remotes.lists().get(FdbEntry.number(destination))[0]);
            remotes.lists().free(FdbEntry.number(destination));
        }
        else
        {
            remotes.release(FdbEntry.number(destination));
        }
        return FdbResult.NO_ROOM;
    }

    /** What a control plane may not touch: the user's entries and those of other control planes. */
    private boolean isAnothers(final long entry, final FdbRequest request)
    {
        return request.kind() == FdbEntry.EXTERNAL && isConfigured(entry) &&
            (FdbEntry.kind(entry) != FdbEntry.EXTERNAL ||
            fdb.owner(request.vni(), request.mac().value()) != request.owner());
    }

    private FdbResult deleteFlood(final FdbRequest request)
    {
        final FloodList list = floodList(request.vni());
        final int[] before = list.remotes();
        if (request.remote() == null)
        {
            for (final int remote : before)
            {
                members.removeFlood(request.vni(), remote);
            }
            return before.length == 0 ? FdbResult.NOT_FOUND : FdbResult.DONE;
        }
        final int place = members.place(before, request);
        if (place < 0)
        {
            return FdbResult.NOT_FOUND;
        }
        members.removeFlood(request.vni(), before[place]);
        return FdbResult.DONE;
    }

    private long entry(final FdbRequest request)
    {
        return fdb.lookup(request.vni(), request.mac().value());
    }

    private FloodList floodList(final int vni)
    {
        return segments.lookup(vni).floodList();
    }

    /** True for entries that someone asked for, dynamic ones among them. */
    private static boolean isConfigured(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.kind(entry) != FdbEntry.LEARNED;
    }
}
