// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import java.util.function.Consumer;

/** Lists and removes the FDB entries that a filter selects. */
final class FdbSweep
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final SegmentTable segments;
    private final GroupMembers members;
    private final Ownership ownership;

    FdbSweep(
        final Fdb fdb,
        final RemoteTable remotes,
        final SegmentTable segments,
        final GroupMembers members,
        final Ownership ownership)
    {
        this.ownership = ownership;
        this.fdb = fdb;
        this.remotes = remotes;
        this.segments = segments;
        this.members = members;
    }

    int flush(final FdbFilter filter)
    {
        final int[] flushed = new int[1];
        if (FdbRequest.FLOOD_LIST.equals(filter.mac()))
        {
            forEachFlood(filter, (segment, remote) ->
            {
                members.removeFlood(segment.vni(), remote);
                flushed[0]++;
            });
            return flushed[0];
        }
        forEach(filter, (vni, mac, word, lastSeenMs) ->
        {
            if (filter.matches(vni, mac, FdbEntry.kindOf(word), fdb.owner(vni, mac)))
            {
                flushed[0] += flush(filter.remote(), vni, mac, word);
            }
        });
        return flushed[0];
    }

    void list(final FdbFilter filter, final Consumer<FdbRow> consumer)
    {
        forEachFlood(filter, (segment, remote) -> consumer.accept(
            row(segment.vni(), 0, FdbEntry.word(FdbEntry.STATIC, remote, false), Fdb.NO_OWNER, 0)));
        forEach(filter, (vni, mac, word, lastSeenMs) ->
        {
            final int owner = fdb.owner(vni, mac);
            if (!filter.matches(vni, mac, FdbEntry.kindOf(word), owner))
            {
                return;
            }
            for (final int destination : destinations(word))
            {
                if (filter.remote() == null || members.isAt(destination, filter.remote()))
                {
                    final long one = FdbEntry.word(FdbEntry.kind(word), destination, FdbEntry.isRouter(word));
                    consumer.accept(row(vni, mac, one, owner, lastSeenMs));
                }
            }
        });
    }

    private int flush(final IpAddress remote, final int vni, final long mac, final long word)
    {
        if (remote == null || FdbEntry.target(word) != FdbEntry.LIST)
        {
            if (remote != null && !members.isAt(FdbEntry.destination(word), remote))
            {
                return 0;
            }
            members.remove(vni, mac);
            return 1;
        }
        final int[] list = destinations(word);
        int flushed = 0;
        for (int i = list.length - 1; i >= 0; i--)
        {
            if (members.isAt(list[i], remote))
            {
                members.remove(vni, mac, word, i);
                flushed++;
            }
        }
        return flushed;
    }

    /** One entry if the filter names VNI and MAC, else all entries. */
    private void forEach(final FdbFilter filter, final Fdb.EntryConsumer consumer)
    {
        if (filter.vni() == FdbFilter.ANY || filter.mac() == null)
        {
            fdb.forEach(consumer);
            return;
        }
        final long mac = filter.mac().value();
        final long word = fdb.lookup(filter.vni(), mac);
        if (word != FdbEntry.MISSING)
        {
            consumer.accept(filter.vni(), mac, word, fdb.lastSeenMs(filter.vni(), mac));
        }
    }

    private int[] destinations(final long word)
    {
        return FdbEntry.target(word) == FdbEntry.LIST ?
            remotes.lists().get(FdbEntry.number(word)) :
            new int[]{FdbEntry.destination(word)};
    }

    private void forEachFlood(final FdbFilter filter, final FloodConsumer consumer)
    {
        if (filter.mac() != null && !FdbRequest.FLOOD_LIST.equals(filter.mac()))
        {
            return;
        }
        for (final Segment segment : segments.all())
        {
            if (filter.matches(segment.vni(), 0, FdbKind.STATIC, Fdb.NO_OWNER))
            {
                for (final int remote : segment.floodList().remotes())
                {
                    if (filter.remote() == null || members.isAt(remote, filter.remote()))
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
        final Vtep remote = remotes.vtep(number);
        final boolean isPort = LocalPorts.isPort(remote.address());
        return new FdbRow(
            vni,
            new MacAddress(mac),
            FdbEntry.kindOf(word),
            owner,
            FdbEntry.isRouter(word),
            isPort ? null : remote,
            remotes.vni(number),
            isPort ? segments.lookup(vni).ports().find(number).port().name() : null,
            lastSeenMs,
            ownership.owners(vni, mac, number));
    }

    /** Receives a remote of a segment's flood list. */
    @FunctionalInterface
    private interface FloodConsumer
    {
        void accept(Segment segment, int remote);
    }
}
