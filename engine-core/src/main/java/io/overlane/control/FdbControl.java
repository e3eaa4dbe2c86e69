package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.FloodList;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.concurrent.NanoClock;

/**
 * Changes to the FDB and the flood lists as operators know them (Linux {@code vxlan_fdb_update} and
 * {@code __vxlan_fdb_delete}). Only on the thread that writes the tables.
 *
 * <p>Where we differ: adding and appending take the place of what was learned, which Linux counts as an entry that
 * exists; and a control plane's request never touches a user's entry, of which Linux keeps only state and flags.
 */
public final class FdbControl
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final SegmentTable segments;
    private final Predicate<IpAddress> canReach;
    private final NanoClock clock;

    /**
     * @param fdb      to change.
     * @param remotes  numbers of remotes.
     * @param segments by VNI.
     * @param canReach whether the underlay has addresses of an address's family.
     * @param clock    of the engine, from which dynamic entries age.
     */
    public FdbControl(
        final Fdb fdb,
        final RemoteTable remotes,
        final SegmentTable segments,
        final Predicate<IpAddress> canReach,
        final NanoClock clock)
    {
        this.fdb = fdb;
        this.remotes = remotes;
        this.segments = segments;
        this.canReach = canReach;
        this.clock = clock;
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
     * Give a group one more remote, and make the entry if it is not there. To a station's entry that is there it does
     * nothing.
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
            fdb.remove(request.vni(), request.mac().value());
            return FdbResult.DONE;
        }
        if (FdbEntry.target(entry) == FdbEntry.LIST)
        {
            final int[] list = remotes.lists().get(FdbEntry.number(entry));
            final int place = place(list, request);
            if (place >= 0)
            {
                shorten(request.vni(), request.mac().value(), entry, without(list, place));
                remotes.release(list[place]);
                return FdbResult.DONE;
            }
        }
        else if (FdbEntry.target(entry) == FdbEntry.REMOTE && is(FdbEntry.number(entry), request))
        {
            fdb.remove(request.vni(), request.mac().value());
            return FdbResult.DONE;
        }
        return FdbResult.NOT_FOUND;
    }

    /**
     * Take out entries. Those that have several remotes lose the filter's only, if it names one. The flood lists stay,
     * unless the filter names {@link FdbRequest#EVERYTHING_ELSE}. Looks at every slot of the table.
     *
     * @param filter which.
     * @return entries and remotes taken out.
     */
    public int flush(final FdbFilter filter)
    {
        final int[] flushed = new int[1];
        if (filter.mac() != null && filter.mac().equals(FdbRequest.EVERYTHING_ELSE))
        {
            forEachFlood(filter, (segment, remote) -> flushed[0] += drop(segment.floodList(), remote));
            return flushed[0];
        }
        fdb.forEach((vni, mac, word, lastSeenMs) ->
        {
            if (filter.matches(vni, mac, FdbEntry.kind(word), fdb.owner(vni, mac)))
            {
                flushed[0] += flush(filter.remote(), vni, mac, word);
            }
        });
        return flushed[0];
    }

    /**
     * Show entries, and the flood lists as those of {@link FdbRequest#EVERYTHING_ELSE}. Looks at every slot of the
     * table and allocates.
     *
     * @param filter   which.
     * @param consumer of a row for each entry and remote.
     */
    public void list(final FdbFilter filter, final Consumer<FdbRow> consumer)
    {
        forEachFlood(filter, (segment, remote) -> consumer.accept(
            row(segment.vni(), 0, FdbEntry.word(FdbEntry.STATIC, remote, false), Fdb.NO_OWNER, 0)));
        fdb.forEach((vni, mac, word, lastSeenMs) ->
        {
            final int owner = fdb.owner(vni, mac);
            if (!filter.matches(vni, mac, FdbEntry.kind(word), owner))
            {
                return;
            }
            final boolean isList = FdbEntry.target(word) == FdbEntry.LIST;
            final int[] destinations = isList ?
                remotes.lists().get(FdbEntry.number(word)) :
                new int[]{FdbEntry.destination(word)};
            for (final int destination : destinations)
            {
                if (filter.remote() == null || isAt(destination, filter.remote()))
                {
                    final long one = FdbEntry.word(FdbEntry.kind(word), destination, FdbEntry.isRouter(word));
                    consumer.accept(row(vni, mac, one, owner, lastSeenMs));
                }
            }
        });
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
        return canReach.test(request.remote().address()) ? FdbResult.DONE : FdbResult.WRONG_FAMILY;
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
            if (!floodList(request.vni()).add(number))
            {
                remotes.release(number);
            }
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
        return FdbResult.DONE;
    }

    private FdbResult put(final FdbRequest request, final int destination)
    {
        final long word = FdbEntry.word(request.kind(), destination, request.isRouter());
        final long nowMs =
            request.kind() == FdbEntry.DYNAMIC ? TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) : 0;
        if (fdb.put(request.vni(), request.mac().value(), word, request.owner(), nowMs))
        {
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
                drop(list, remote);
            }
            return before.length == 0 ? FdbResult.NOT_FOUND : FdbResult.DONE;
        }
        final int place = place(before, request);
        if (place < 0)
        {
            return FdbResult.NOT_FOUND;
        }
        drop(list, before[place]);
        return FdbResult.DONE;
    }

    private int flush(final IpAddress remote, final int vni, final long mac, final long word)
    {
        if (remote == null || FdbEntry.target(word) != FdbEntry.LIST)
        {
            if (remote != null && !isAt(FdbEntry.destination(word), remote))
            {
                return 0;
            }
            fdb.remove(vni, mac);
            return 1;
        }
        int[] list = remotes.lists().get(FdbEntry.number(word));
        int flushed = 0;
        for (int i = list.length - 1; i >= 0; i--)
        {
            if (isAt(list[i], remote))
            {
                final int number = list[i];
                list = without(list, i);
                shorten(vni, mac, word, list);
                remotes.release(number);
                flushed++;
            }
        }
        return flushed;
    }

    /** A group's entry is left with these remotes; without any it goes. */
    private void shorten(final int vni, final long mac, final long word, final int[] list)
    {
        remotes.lists().set(FdbEntry.number(word), list);
        if (list.length == 0)
        {
            fdb.remove(vni, mac);
        }
    }

    private int drop(final FloodList list, final int remote)
    {
        list.remove(remote);
        remotes.release(remote);
        return 1;
    }

    private void forEachFlood(final FdbFilter filter, final FloodConsumer consumer)
    {
        for (final Segment segment : segments.all())
        {
            if (filter.matches(segment.vni(), 0, FdbEntry.STATIC, Fdb.NO_OWNER))
            {
                for (final int remote : segment.floodList().remotes())
                {
                    if (filter.remote() == null || isAt(remote, filter.remote()))
                    {
                        consumer.accept(segment, remote);
                    }
                }
            }
        }
    }

    private FdbRow row(final int vni, final long mac, final long word, final int owner, final long lastSeenMs)
    {
        final int number = FdbEntry.number(word);
        return new FdbRow(
            vni,
            new MacAddress(mac),
            FdbEntry.kind(word),
            owner,
            FdbEntry.isRouter(word),
            remotes.vtep(number),
            remotes.vni(number),
            lastSeenMs);
    }

    private long entry(final FdbRequest request)
    {
        return fdb.lookup(request.vni(), request.mac().value());
    }

    private FloodList floodList(final int vni)
    {
        return segments.lookup(vni).floodList();
    }

    private int place(final int[] list, final FdbRequest request)
    {
        for (int i = 0; i < list.length; i++)
        {
            if (is(list[i], request))
            {
                return i;
            }
        }
        return -1;
    }

    private boolean is(final int remote, final FdbRequest request)
    {
        return isAt(remote, request.remote().address()) &&
            remotes.udpPort(remote) == request.remote().udpPort() &&
            remotes.vni(remote) == request.remoteVni();
    }

    private boolean isAt(final int destination, final IpAddress address)
    {
        return FdbEntry.target(destination) == FdbEntry.REMOTE &&
            remotes.high(destination) == address.high() && remotes.low(destination) == address.low();
    }

    private static int[] without(final int[] list, final int place)
    {
        final int[] shorter = Arrays.copyOf(list, list.length - 1);
        System.arraycopy(list, place + 1, shorter, place, shorter.length - place);
        return shorter;
    }

    /** True for entries that someone asked for, dynamic ones among them. */
    private static boolean isConfigured(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.kind(entry) != FdbEntry.LEARNED;
    }

    /** Receives a remote of a segment's flood list. */
    @FunctionalInterface
    private interface FloodConsumer
    {
        void accept(Segment segment, int remote);
    }
}
